using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML;

namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class PpoTrainerTests
{
    private static PpoTrainer.Options Normalised(ScoreNormalization normalization) => OnPolicyRun.Ppo with
    {
        ScoreNormalization = normalization,
        NormalizationSamples = 12,
        ScoreLimit = 1,
        Training = OnPolicyRun.Ppo.Training with { MaxSteps = 6 },
    };

    [Fact]
    public void ScoresAreMeasuredInThoseOfTheIncomingPolicyForTheWholeRun()
    {
        var steps = OnPolicyRun.Run(Normalised(ScoreNormalization.Incoming)).Steps;
        var raw = OnPolicyRun.Run(OnPolicyRun.Ppo).Steps;

        steps.Select(step => step["rewards/scale_mean"]).Distinct().Should().ContainSingle();
        steps.Select(step => step["rewards/scale_std"]).Distinct().Should().ContainSingle().Which.Should().BePositive();
        steps.Should().OnlyContain(step => Math.Abs(step["objective/scores"]) <= 1);
        steps[0]["rewards/reward_model/mean"].Should().Be(raw[0]["rewards/reward_model/mean"], "the first round is the same; its reward has its own units");
        raw[0].Should().NotContainKey("rewards/scale_mean");
        // Values start as what scores are: in deviations from the mean, and not in the reward model's units.
        var expected = (raw[0]["val/value_mean"] - steps[0]["rewards/scale_mean"]) / steps[0]["rewards/scale_std"];
        steps[0]["val/value_mean"].Should().BeApproximately(expected, 1e-4 * Math.Max(1, Math.Abs(expected)));
    }

    [Fact]
    public void ARunningScaleMoves() =>
        OnPolicyRun.Run(Normalised(ScoreNormalization.Running)).Steps.Select(step => step["rewards/scale_mean"]).Distinct().Should().HaveCountGreaterThan(1);

    [Theory]
    [InlineData(ScoreNormalization.Incoming)]
    [InlineData(ScoreNormalization.Running)]
    public void TheScaleIsKeptWhereARunStops(ScoreNormalization normalization) =>
        OnPolicyRun.StoppedAndResumed(Normalised(normalization), step: 3).Should().Be(OnPolicyRun.Run(Normalised(normalization)).Hash);

    [Fact]
    public void WhatIsImitatedBesideBecomesLikelierAndARunStillGoesOnBitByBit()
    {
        var options = OnPolicyRun.Ppo with { SftWeight = 3, SftColumnName = "Chosen" };
        var (steps, hash) = OnPolicyRun.Run(options);

        steps[^1]["loss/sft_avg"].Should().BeLessThan(steps[0]["loss/sft_avg"] - 0.2);
        OnPolicyRun.Run(OnPolicyRun.Ppo).Steps[0].Should().NotContainKey("loss/sft_avg");
        OnPolicyRun.StoppedAndResumed(options, step: 3).Should().Be(hash);
    }

    [Fact]
    public void WhatIsImitatedBesideCountsInTheTokensOfTrainingAsItDoesInItsTime()
    {
        var alone = OnPolicyRun.Reports(OnPolicyRun.Ppo).Steps;
        var beside = OnPolicyRun.Reports(OnPolicyRun.Ppo with { SftWeight = 1, SftColumnName = "Chosen" }).Steps;

        beside[0].Tokens.Should().BeGreaterThan(alone[0].Tokens);
        beside.Concat(alone).Should().OnlyContain(
            step => step.TrainedTokensPerSecond >= step.TokensPerSecond, "the same tokens, in a part of the time");
        beside.Concat(alone).Should().OnlyContain(step =>
            step.Metrics["training/tokens_per_second"] == step.TrainedTokensPerSecond && step.Metrics["sampling/tokens_per_second"] == step.SampledTokensPerSecond);
    }

    [Fact]
    public void RowsToImitateMayBeOthersAndAreChecked()
    {
        var context = new MLContext(seed: 5);
        var other = context.Data.LoadFromEnumerable([new CompletionRow { Prompt = "One day, Lily", Completion = " went." }]);
        OnPolicyRun.Run(OnPolicyRun.Ppo with { SftWeight = 1, SftSet = other, Training = OnPolicyRun.Ppo.Training with { MaxSteps = 1 } })
            .Steps[0].Should().ContainKey("loss/sft_avg");

        void Refused<TException>(PpoTrainer.Options options, string message)
            where TException : ArgumentException => FluentActions.Invoking(() => OnPolicyRun.Fit(options)).Should().Throw<TException>().WithMessage(message);
        Refused<ArgumentException>(OnPolicyRun.Ppo with { SftSet = other }, "Ppo: SftSet is set, and SftWeight is 0*");
        Refused<ArgumentOutOfRangeException>(OnPolicyRun.Ppo with { SftWeight = 1 }, "*completion to imitate*'Completion'*");
        Refused<ArgumentOutOfRangeException>(
            OnPolicyRun.Ppo with { SftWeight = 1, SftSet = AlignedChain.ViewOfPairs(context) }, "*imitated rows' completion to imitate*'Completion'*");
    }

    [Fact]
    public void AllWeightsOfPolicyAndCriticTrainAndThatIsSaidWithTheirMemory()
    {
        var options = OnPolicyRun.Ppo with { Lora = null, Training = OnPolicyRun.Ppo.Training with { MaxSteps = 6, LearningRate = 1e-4 } };
        var (summaries, lines) = (new ProgressOf<TrainingSummary>(), new List<string>());
        using var fitted = OnPolicyRun.Fit(options, new() { Summary = summaries }, log: lines.Add);

        fitted.LastTransformer.Model.AdapterNames.Should().BeEmpty();
        lines.Should().ContainMatch("*Ppo:*trains all weights, in 2 copies of 1 MiB for the policy and the critic, whose gradients and optimizer take 6 MiB more*");
        var (ppo, reward) = (summaries.Reports[^1], summaries.Reports[^2]);
        // The policy that came in, its copy and the critic's: three sets of weights, two of which train.
        var weights = ppo.TotalParameters * sizeof(float);
        ppo.Memory.Weights.Should().BeInRange(3 * weights, (long)(3.1 * weights), "the reward model adds an adapter to the first");
        ppo.Memory.OptimizerState.Should().BeInRange(2 * 3 * weights, (2 * 3 * weights) + 10_000, "the critic has a head");
        reward.Memory.Weights.Should().BeLessThan((long)(1.1 * weights));
        OnPolicyRun.StoppedAndResumed(options, step: 5).Should().Be(ContentHash.Of(fitted.LastTransformer.Model));
    }

    [Fact]
    public void ACriticThatStartsFromThePolicySaysNothingAtFirstAndNeedsNoRewardModel()
    {
        var steps = OnPolicyRun.Run(OnPolicyRun.Ppo with { CriticStart = CriticStart.Policy, Rewards = [OnPolicyRun.SaysE] }).Steps;

        steps[0]["val/value_mean"].Should().Be(0);
        steps[^1]["val/value_mean"].Should().NotBe(0);
    }

    [Fact]
    public void TheCoefficientFollowsTheDivergenceOfEachRound()
    {
        var penalty = new KLPenalty.InReward { Coefficient = 0.1, Target = 0.05, Horizon = 20 };
        var options = OnPolicyRun.Ppo with { Penalty = penalty, Training = OnPolicyRun.Ppo.Training with { MaxSteps = 14 } };
        var (steps, hash) = OnPolicyRun.Run(options);

        // Rounds of 4 and of 1 prompts with 2 completions each, in 4 and in 2 steps; each round is reported in all of its steps.
        IReadOnlyDictionary<string, double>[] rounds = [steps[0], steps[4], steps[6], steps[10]];
        int[] completions = [8, 2, 8, 2];
        rounds[0]["objective/kl_coef"].Should().Be(0.1);
        for (var round = 0; round < 3; round++)
        {
            var error = Math.Clamp((rounds[round]["objective/kl"] / 0.05) - 1, -0.2, 0.2);
            var expected = rounds[round]["objective/kl_coef"] * (1 + (error * completions[round] / 20));
            rounds[round + 1]["objective/kl_coef"].Should().BeApproximately(expected, 1e-12);
        }

        OnPolicyRun.StoppedAndResumed(options, step: 9).Should().Be(hash);
    }

    private sealed class CompletionRow
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";
    }
}
