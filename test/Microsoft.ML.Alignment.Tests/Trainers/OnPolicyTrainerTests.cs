using Microsoft.ML;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Trainers;

/// <summary>What all methods have in common that learn from what the policy writes.</summary>
public sealed class OnPolicyTrainerTests
{
    private static readonly MLContext Context = new(seed: 3);

    [Theory]
    [InlineData("Grpo")]
    [InlineData("Rloo")]
    [InlineData("Ppo")]
    public void TheFirstStepOfARoundHasARatioOfExactlyOneAndLaterOnesHaveNot(string method)
    {
        var progress = new ProgressList();

        using var fitted = OnPolicyRun.Fit(method, new() { Progress = progress });

        var steps = progress.Reports.Where(report => report.Stage == method).Select(report => report.Metrics).ToArray();
        double[] first = [.. steps.Where(step => step.ContainsKey("policy/first_ratio_deviation")).Select(step => step["policy/first_ratio_deviation"])];
        first.Should().HaveCount(3, "an epoch of 5 prompts is a round of 4 steps and one of 2, and 8 steps begin a third");
        first.Should().AllBeEquivalentTo(0d);
        steps[2]["policy/approxkl_avg"].Should().BePositive("the policy has moved when it learns for the second time");
        steps.Should().OnlyContain(step => step["sampling/tokens_per_second"] > 0 && step["training/tokens_per_second"] > 0);
    }

    [Theory]
    [InlineData("Grpo", 3)]
    [InlineData("Rloo", 4)]
    [InlineData("OnlineDpo", 3)]
    [InlineData("Ppo", 1)]
    [InlineData("Ppo", 5)]
    public void ARunThatStopsWithinARoundGoesOnBitByBit(string method, int step)
    {
        OnPolicyTrainerOptions options = method switch
        {
            "Grpo" => OnPolicyRun.Grpo,
            "Rloo" => OnPolicyRun.Rloo,
            "OnlineDpo" => OnPolicyRun.OnlineDpo,
            _ => OnPolicyRun.Ppo,
        };

        OnPolicyRun.StoppedAndResumed(options, step).Should().Be(OnPolicyRun.Run(options).Hash);
    }

    [Fact]
    public void ARoundEndsWhereThePolicyHasMovedTooFarAndThatIsCounted()
    {
        var free = OnPolicyRun.Run(OnPolicyRun.Grpo).Steps;
        var options = OnPolicyRun.Grpo with { TargetKL = 1e-12 };
        var (steps, hash) = OnPolicyRun.Run(options);

        // The first two steps of a round see the policy that sampled, or one that moved by a step: the second or, at an epoch's end, the
        // only other one finds that it moved, and ends the round.
        free.Should().HaveCount(8);
        steps.Should().HaveCount(8, "steps that are left are taken on new rounds");
        free.Count(step => step.ContainsKey("policy/first_ratio_deviation")).Should().Be(3);
        steps.Count(step => step.ContainsKey("policy/first_ratio_deviation")).Should().Be(4, "each round has two steps now");
        steps.Select(step => step["policy/early_stops"]).Should().Equal(0, 0, 1, 1, 1, 1, 2, 2);
        free.Should().OnlyContain(step => !step.ContainsKey("policy/early_stops"));
        OnPolicyRun.StoppedAndResumed(options, step: 3).Should().Be(hash);
    }

    [Fact]
    public void ADivergenceThatIsNotReachedChangesNothing() =>
        OnPolicyRun.Run(OnPolicyRun.Rloo with { TargetKL = 1e9 }).Hash.Should().Be(OnPolicyRun.Run(OnPolicyRun.Rloo).Hash);

    [Fact]
    public void ARunGoesOnOnlyWithTheRewardsThatItHad()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var stop = new ProgressList(report =>
        {
            if (report.Step == 2)
                source.Cancel();
        });
        GrpoTrainer.Options With(IRewardFunction reward) => OnPolicyRun.Grpo with { Rewards = [reward] };
        IRewardFunction Reads(string column) => RewardFunction.Of("column", [column], (_, completion, row) => row.Text(column).Length + completion.Length);
        AlignmentRun Again() => new() { WorkspacePath = folder["run"], Resume = true };
        FluentActions.Invoking(() => OnPolicyRun.Fit(With(Reads("Chosen")), Again() with { Resume = false, Progress = stop, CancellationToken = source.Token }))
            .Should().Throw<TrainingCanceledException>();

        FluentActions.Invoking(() => OnPolicyRun.Fit(With(Reads("Rejected")), Again())).Should().Throw<WorkspaceException>().WithMessage("*columns of rewards is SHA-256*");
        FluentActions.Invoking(() => OnPolicyRun.Fit(With(OnPolicyRun.SaysE), Again())).Should().Throw<WorkspaceException>().WithMessage("*rewards is e, it was column*");
        using var resumed = OnPolicyRun.Fit(With(Reads("Chosen")), Again());
    }

    [Fact]
    public void CompletionsThatWereCutTeachNothingWhereTheyAreMasked()
    {
        // Of one token each, so that all but those that are an end token are cut.
        var letters = RewardFunction.Of("letters", (_, completion) => completion.Sum(letter => letter) % 7);
        var options = OnPolicyRun.Rloo with { Rewards = [letters], MaxCompletionTokens = 1, EntropyCoefficient = 0, Training = OnPolicyRun.Rloo.Training with { MaxSteps = 2 } };

        var masked = OnPolicyRun.Reports(options with { MasksTruncated = true }).Steps;
        var counted = OnPolicyRun.Reports(options).Steps;

        masked[0].Metrics["completions/clipped_ratio"].Should().Be(1);
        masked[0].Metrics["reward"].Should().Be(counted[0].Metrics["reward"], "they count in baselines and reports");
        masked.Should().OnlyContain(step => step.GradientNorm == 0);
        counted.Should().Contain(step => step.GradientNorm > 0);
    }

    [Fact]
    public void TrainingStopsWhereHeldOutPromptsEarnNoMore()
    {
        var context = new MLContext(seed: 5);
        var (progress, lines, calls) = (new ProgressList(), new List<string>(), 0);
        // Held-out prompts earn less each time that they are measured.
        var reward = RewardFunction.Of("falling", (prompt, _) => prompt == "Held out" ? 10 - calls++ : 1);
        var options = OnPolicyRun.Rloo with
        {
            Rewards = [reward],
            Training = OnPolicyRun.Rloo.Training with { MaxSteps = 8, EvaluateEverySteps = 1, EarlyStoppingPatience = 2, LoadBestAtEnd = true },
        };
        var heldOut = context.Data.LoadFromEnumerable([new PromptRow { Prompt = "Held out" }]);

        using var fitted = OnPolicyRun.Fit(options, new() { Progress = progress }, heldOut, lines.Add);

        progress.Reports.Should().HaveCount(3, "what was measured behind the first step was the best, and patience lasts for two");
        lines.Should().ContainMatch("Rloo after step 0: *eval_reward 10,*eval_loss -10*").And.ContainMatch("Rloo after step 3: *eval_reward 7,*eval_loss -7*");
    }

    [Fact]
    public void WithPpoTheChainEndsWithThePolicyAlone()
    {
        using var fitted = OnPolicyRun.Fit("Ppo");

        fitted.LastTransformer.Model.AdapterNames.Should().Equal("ppo");
    }

    [Fact]
    public void WhatCannotWorkIsRefusedBeforeAnythingIsSampled()
    {
        var align = Context.Alignment();
        var pairs = AlignedChain.ViewOfPairs(Context);
        var start = align.BaseModel(AlignedChain.BasePath);
        void Refused(Action act, string message) => act.Should().Throw<ArgumentException>().WithMessage(message);

        Refused(() => start.Append(align.Trainers.Grpo()).Fit(pairs), "Grpo has nothing to reward*RewardModel()*Rewards*");
        Refused(() => start.Append(align.Trainers.Ppo(new() { Rewards = [OnPolicyRun.SaysE] })).Fit(pairs), "Ppo's critic*CriticStart*");
        Refused(() => align.Trainers.Grpo(OnPolicyRun.Grpo with { GroupSize = 1 }), "Grpo: GroupSize is 1*Global*");
        Refused(() => align.Trainers.Grpo(OnPolicyRun.Grpo with { Lora = new() { Dropout = 0.1 } }), "*Lora.Dropout is 0.1*");
        Refused(() => align.Trainers.Grpo(OnPolicyRun.Grpo with { RewardWeights = [1, 2] }), "*2 RewardWeights for 1 rewards*");
        Refused(() => _ = OnPolicyRun.Grpo with { RewardWeights = [1, double.NaN] }, "RewardWeights is *1, NaN*; allowed is a list of finite numbers.*");
        Refused(() => _ = OnPolicyRun.Grpo with { MissingEndScore = double.NegativeInfinity }, "MissingEndScore is -*; allowed is a finite number.*");
        Refused(() => align.Trainers.Grpo(OnPolicyRun.Grpo with { Rewards = [OnPolicyRun.SaysE, OnPolicyRun.SaysE] }), "*two rewards are named 'e'*");
        Refused(() => align.Trainers.Rloo(OnPolicyRun.Rloo with { TargetKL = 0.1, Passes = 1, MiniBatches = 1 }), "Rloo: TargetKL is 0.1*one step*Passes*");
        Refused(() => align.Trainers.OnlineDpo(OnPolicyRun.OnlineDpo with { Loss = new PairLoss.Aot() }), "OnlineDpo: Loss is Aot, which couples*");
        Refused(() => align.Trainers.OnlineDpo(OnPolicyRun.OnlineDpo with { Loss = new PairLoss.Wpo() }), "OnlineDpo: Loss is Wpo, which reads*");
        Refused(() => align.Trainers.Rloo(OnPolicyRun.Rloo with { MissingEndScore = -1, MissingEndPenalty = 1 }), "*both set*");
        Refused(() => start.Append(align.Trainers.Rloo(OnPolicyRun.Rloo with { MaxCompletionTokens = 512 })).Fit(pairs), "MaxCompletionTokens is 512*");
        var wanted = RewardFunction.Of("past", ["Past"], (_, _, _) => 1);
        Refused(() => start.Append(align.Trainers.Rloo(OnPolicyRun.Rloo with { Rewards = [wanted] })).Fit(pairs), "*Past*");
        var vectors = Context.Data.LoadFromEnumerable([new VectorRow()]);
        Refused(() => start.Append(align.Trainers.Rloo(OnPolicyRun.Rloo with { Rewards = [wanted] })).Fit(vectors), "*column of the reward 'past'*'Past'*Vector*");
        Refused(() => align.Trainers.Ppo(OnPolicyRun.Ppo with { EqualGroupRetries = 1 }), "Ppo: EqualGroupRetries is 1*critic*");
        Refused(() => align.Trainers.Grpo(OnPolicyRun.Grpo with { EqualGroupRetries = 1, Advantages = AdvantageKind.Global }), "Grpo: EqualGroupRetries is 1*all prompts*");
    }

    [Fact]
    public void APromptThatLeavesNoRoomForACompletionIsRefusedByItsRow()
    {
        var align = Context.Alignment();
        var options = OnPolicyRun.Rloo with { Training = OnPolicyRun.Rloo.Training with { MaxLength = 20 }, MaxCompletionTokens = 12 };
        var fit = () => align.BaseModel(AlignedChain.BasePath).Append(align.Trainers.Rloo(options)).Fit(AlignedChain.ViewOfPairs(Context));

        fit.Should().Throw<InvalidDataException>().WithMessage("Row 1, column 'Prompt': the prompt has * tokens; at most 8 leave room for the 12*");
    }

    private sealed class VectorRow
    {
        public string Prompt { get; set; } = "One day";

        [VectorType(2)]
        public float[] Past { get; set; } = [1, 2];
    }
}
