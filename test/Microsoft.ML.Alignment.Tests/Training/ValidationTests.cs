using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Tests.Checkpoints;
using Microsoft.ML.Alignment.Tests.Data;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Training;

public sealed class ValidationTests
{
    private static readonly TrainingOptions Options = new CheckpointedRun(null).Options with { EvaluateEverySteps = 2 };

    [Fact]
    public void TheLossIsThatOfAllTokensHoweverTheyAreDealtOut()
    {
        using var model = TestModels.Tiny();
        var rows = RandomExamples.Completions(7, seed: 9);
        Validation<TokenBatch> Of(int batch, int micro) =>
            new(TokenSource.Of(new ListStore(rows), new(batch, micro, 1, false)), new NextTokenObjective(model, Precision.Float32));

        var whole = Of(7, 7).Measure(default);
        var parts = Of(3, 2).Measure(default);

        var (sum, count) = SumOfLogProbs(model, rows);
        whole.Keys.Should().Contain(ValidationMetrics.Loss).And.OnlyContain(name => name.StartsWith("eval_", StringComparison.Ordinal));
        whole[ValidationMetrics.Loss].Should().BeApproximately(-sum / count, 1e-5);
        parts[ValidationMetrics.Loss].Should().BeApproximately(whole[ValidationMetrics.Loss], 1e-6);
    }

    [Fact]
    public void MetricsOfPairsAreMeansOverAllPairs()
    {
        using var model = TestModels.Tiny();
        var rows = RandomExamples.Pairs(5);
        IReadOnlyDictionary<string, double> Measure(int micro) => new Validation<TokenBatch>(
            TokenSource.Of(new ListStore(rows), new(3, micro, 1, false)),
            new PreferenceObjective(model, model, (policy, _) => new(-policy.Sum.Margin, policy.Sum.Chosen, policy.Sum.Rejected))).Measure(default);

        var metrics = Measure(micro: 2);

        metrics["eval_rewards/margins"].Should().BeApproximately(-metrics["eval_loss"], 1e-4);
        metrics["eval_rewards/accuracies"].Should().BeOneOf(0, 0.2, 0.4, 0.6, 0.8, 1);
        foreach (var (name, value) in Measure(micro: 1))
            metrics[name].Should().BeApproximately(value, 1e-4, name);
    }

    [Fact]
    public void EvaluationsChangeNothingOfTheTraining()
    {
        var without = new CheckpointedRun(null).Train();

        var run = new CheckpointedRun(null) { Options = Options, Validates = true };

        run.Train().Should().Equal(without, "neither a weight nor the generator of dropout moves");
        run.Evaluations.Select(e => e.Step).Should().Equal(0, 2, 4, 6, 8, 10);
        run.Evaluations.Should().OnlyContain(e => e.Metrics["eval_loss"] > 0);
    }

    [Fact]
    public void WithoutAnIntervalEachEpochIsEvaluated()
    {
        var run = new CheckpointedRun(null) { Validates = true };

        run.Train();

        run.Evaluations.Select(e => e.Step).Should().Equal(0, 4, 8, 10);
    }

    [Fact]
    public void EvaluatingLeavesNoTensorsBehind()
    {
        using var model = TestModels.Tiny();
        var validation = new Validation<TokenBatch>(new KeptSource(), new NextTokenObjective(model, Precision.Float32));
        validation.Measure(default);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        validation.Measure(default);

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void TrainingStopsWhenPatienceIsOver()
    {
        var run = new CheckpointedRun(null) { Options = Options with { EarlyStoppingPatience = 2 }, ValidationLosses = [1, 5, 4, 4, double.NaN] };

        run.Train();

        run.Evaluations.Select(e => (e.Step, e.IsBest)).Should().Equal((0, false), (2, true), (4, true), (6, false), (8, false));
        run.Steps.Should().HaveCount(8);
        (run.End.Reason, run.End.Step, run.End.WeightsOfStep).Should().Be((StageEndReason.StoppedEarly, 8, 8));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheBestWeightsAreLoadedAtTheEnd(bool keepsRun)
    {
        using var folder = new TemporaryFolder();
        var shorter = new CheckpointedRun(null) { Options = Options with { MaxSteps = 10 }, CancelAfter = 4 };
        using var model = TestModels.Tiny();
        using var policy = model.With([LoraAdapter.Create(model, new() { Rank = 2, Dropout = 0.3 }, "test", seed: 1)], null);
        shorter.Invoking(run => run.Train(policy)).Should().Throw<TrainingCanceledException>();
        var best = new CheckpointedRun(keepsRun ? folder.Path : null)
        {
            Options = Options with { LoadBestAtEnd = true }, ValidationLosses = [1, 5, 4, 6, 7, 8],
        };

        var weights = best.Train();

        weights.Should().Equal(CheckpointedRun.Weights(policy), "the loss was lowest after step 4");
        best.End.WeightsOfStep.Should().Be(4);
    }

    [Fact]
    public void AResumedRunRemembersItsBest()
    {
        using var folder = new TemporaryFolder();
        var options = Options with { LoadBestAtEnd = true, EarlyStoppingPatience = 3 };
        var whole = new CheckpointedRun(null) { Options = options, ValidationLosses = [1, 5, 4, 6, 7, 8] };
        var expected = whole.Train();
        var first = new CheckpointedRun(folder.Path) { Options = options, ValidationLosses = [1, 5, 4, 6], CancelAfter = 7 };
        first.Invoking(run => run.Train()).Should().Throw<TrainingCanceledException>();

        var second = new CheckpointedRun(folder.Path) { Options = options, ValidationLosses = [7, 8] };

        second.Train().Should().Equal(expected);
        second.Evaluations.Select(e => e.Step).Should().Equal(8, 10);
        (second.End.Reason, second.End.WeightsOfStep).Should().Be((StageEndReason.Completed, 4));
    }

    [Fact]
    public void ARunThatIsCanceledWhileItIsEvaluatedEvaluatesAgain()
    {
        using var folder = new TemporaryFolder();
        var run = new CheckpointedRun(folder.Path) { Options = Options, Validates = true, CancelAfter = 6 };
        run.Invoking(r => r.Train()).Should().Throw<TrainingCanceledException>().Which.CheckpointPath.Should().Be(folder["checkpoint-6"]);
        run.Evaluations.Select(e => e.Step).Should().Equal(0, 2, 4);

        var resumed = new CheckpointedRun(folder.Path) { Options = Options, Validates = true };
        resumed.Train();

        resumed.Evaluations.Select(e => e.Step).Should().Equal(6, 8, 10);
    }

    private static (double Sum, double Count) SumOfLogProbs(LanguageModel model, TokenizedExample[] rows)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (sum, count) = (0.0, 0.0);
        foreach (var row in rows)
        {
            var batch = Collator.Pack([row]);
            sum += model.LogProbs(batch.Rows, batch.Targets, default).Sum.item<float>();
            count += row.Completions[0].Length;
        }

        return (sum, count);
    }
}
