using System.Text.Json;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class ReferencePolicyTests(AlignedChain chain) : IClassFixture<AlignedChain>
{
    private static readonly TrainingOptions Training = new() { MaxSteps = 4, BatchSize = 3, LearningRate = 1e-3, Shuffle = false };

    public static TheoryData<bool> LoraOrNot => [true, false];

    [Theory]
    [MemberData(nameof(LoraOrNot))]
    public void AReferenceThatBecomesThePolicyAfterEachStepLeavesNoMargin(bool lora)
    {
        var reports = Fit(new ReferencePolicy.Following { Alpha = 1, EverySteps = 1 }, lora).Reports;

        reports.Should().HaveCount(4).And.AllSatisfy(report =>
        {
            report.Loss.Should().BeApproximately(Math.Log(2), 1e-6);
            report.Metrics["rewards/margins"].Should().BeApproximately(0, 1e-5);
            report.GradientNorm.Should().BeGreaterThan(0);
        });
    }

    [Theory]
    [MemberData(nameof(LoraOrNot))]
    public void AReferenceThatFollowsInStepTwoIsTheIncomingPolicyUntilThen(bool lora)
    {
        var following = Fit(new ReferencePolicy.Following { Alpha = 0.5, EverySteps = 2 }, lora);
        var incoming = Fit(new ReferencePolicy.Incoming(), lora);

        // A copy of all weights has the adapters of earlier stages merged in, which rounds once more.
        double[] differences = [.. following.Reports.Zip(incoming.Reports, (a, b) => Math.Abs(a.Loss - b.Loss))];
        differences[..2].Should().OnlyContain(difference => difference < (lora && ProductRounding.IsNone ? 1e-12 : 1e-5));
        differences[2].Should().BeGreaterThan(1e-3);
    }

    [Fact]
    public void TheFittedStageComparesWithTheIncomingPolicyWhateverTrained()
    {
        using var dpo = Fit(new ReferencePolicy.Following { Alpha = 1, EverySteps = 1 }, lora: true).Fitted;

        dpo.Stage.Reference!.AdapterNames.Should().Equal("sft");
        dpo.Transform(chain.Pairs).GetColumn<float>("ImplicitRewardMargin").Should().Contain(m => Math.Abs(m) > 1e-4f);
    }

    [Theory]
    [MemberData(nameof(LoraOrNot))]
    public void AFollowerIsRestoredWithTheRunThatItBelongsTo(bool lora)
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var reference = new ReferencePolicy.Following { Alpha = 0.5, EverySteps = 2 };
        var cancel = new ProgressList(report => { if (report.Step == 3) source.Cancel(); });
        var whole = Fit(reference, lora);

        var run = new AlignmentRun { WorkspacePath = folder["run"], Progress = cancel, CancellationToken = source.Token };
        new Action(() => Fit(reference, Training, Lora(lora), run)).Should().Throw<TrainingCanceledException>().Which.StepsDone.Should().Be(3);
        var resumed = Fit(reference, Training, Lora(lora), new() { WorkspacePath = folder["run"], Resume = true });

        resumed.Fitted.Transform(chain.Pairs).GetColumn<float>("ImplicitRewardMargin")
            .Should().Equal(whole.Fitted.Transform(chain.Pairs).GetColumn<float>("ImplicitRewardMargin"));
    }

    [Fact]
    public void AFrozenCopyComparesWithTheSamePolicy()
    {
        var (copy, incoming) = (Fit(new ReferencePolicy.FrozenCopy(), lora: true), Fit(new ReferencePolicy.Incoming(), lora: true));

        foreach (var (actual, expected) in copy.Reports.Zip(incoming.Reports))
            actual.Loss.Should().BeApproximately(expected.Loss, 1e-5);
    }

    [Theory]
    [MemberData(nameof(LoraOrNot))]
    public void APrecomputedReferenceTrainsTheSameModelBitByBit(bool lora)
    {
        var (precomputed, incoming) = (Fit(new ReferencePolicy.Precomputed(), lora), Fit(new ReferencePolicy.Incoming(), lora));

        precomputed.Reports.Select(r => (r.Loss, r.GradientNorm)).Should().Equal(incoming.Reports.Select(r => (r.Loss, r.GradientNorm)));
        precomputed.Fitted.Transform(chain.Pairs).GetColumn<float>("ImplicitRewardMargin")
            .Should().Equal(incoming.Fitted.Transform(chain.Pairs).GetColumn<float>("ImplicitRewardMargin"));
    }

    [Fact]
    public void NumbersAreKeptForTheNextRunAndComputedAgainWhenWhatTheyDependOnChanged()
    {
        using var folder = new TemporaryFolder();
        var reference = new ReferencePolicy.Precomputed { CacheFolder = folder["cache"] };
        string[] Run(TrainingOptions training, LoraOptions? lora) =>
            [.. Fit(reference, training, lora).Log.Where(line => line.Contains("reference's", StringComparison.Ordinal))];

        Run(Training, new() { Rank = 3 }).Should().ContainSingle().Which.Should().Contain("of 5 rows were computed");
        Run(Training with { LearningRate = 1e-4, Shuffle = true, Seed = 3 }, null)
            .Should().ContainSingle().Which.Should().Contain("of 5 rows are read");
        Run(Training with { MaxLength = 15 }, null).Should().ContainSingle().Which.Should().Contain("were computed", "prompts are cut");
        Run(Training with { Precision = Precision.BFloat16 }, null).Should().ContainSingle().Which.Should().Contain("were computed");
        Directory.GetFiles(folder["cache"]).Should().HaveCount(3);
    }

    [Fact]
    public void AReferenceComesBackFromJsonAsItWasAndUnknownOnesAreRefused()
    {
        foreach (var reference in new ReferencePolicy[]
        {
            new ReferencePolicy.Incoming(), new ReferencePolicy.FrozenCopy(), new ReferencePolicy.Precomputed { CacheFolder = "cache" },
            new ReferencePolicy.Following { Alpha = 0.25, EverySteps = 7 },
        })
            JsonSerializer.Deserialize<ReferencePolicy>(JsonSerializer.Serialize(reference)).Should().Be(reference);
        new Action(() => JsonSerializer.Deserialize<ReferencePolicy>("""{"$type":"none"}""")).Should().Throw<JsonException>();
    }

    [Fact]
    public void ValuesOutsideTheirRangesAreRefused()
    {
        static void Refused(Func<ReferencePolicy> create, string message) => create.Should().Throw<ArgumentException>().WithMessage(message);
        Refused(() => new ReferencePolicy.Following { Alpha = 0 }, "*Alpha*above 0*");
        Refused(() => new ReferencePolicy.Following { Alpha = 1.1 }, "*Alpha*at most 1*");
        Refused(() => new ReferencePolicy.Following { EverySteps = 0 }, "*EverySteps*1 or more*");
        Refused(() => new ReferencePolicy.Precomputed { CacheFolder = " " }, "*CacheFolder*empty*");
    }

    private static LoraOptions? Lora(bool lora) => lora ? new() { Rank = 3 } : null;

    private Run Fit(ReferencePolicy reference, bool lora) => Fit(reference, Training, Lora(lora));

    private Run Fit(ReferencePolicy reference, TrainingOptions training, LoraOptions? lora, AlignmentRun? run = null)
    {
        var (progress, log) = (new ProgressList(), new List<string>());
        var context = new MLContext(seed: 7);
        context.Log += (_, e) => log.Add(e.RawMessage);
        var options = AlignedChain.DpoOptions with { Reference = reference, Training = training, Lora = lora };
        var align = context.Alignment(run ?? new AlignmentRun { Progress = progress });
        return new(align.Trainers.Dpo(options).Fit(chain.Stage<PolicyTransformer>(1).Transform(chain.Pairs)), progress.Reports, log);
    }

    private sealed record Run(PolicyTransformer Fitted, IReadOnlyList<TrainingProgress> Reports, IReadOnlyList<string> Log);
}
