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

    private sealed class CompletionRow
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";
    }
}
