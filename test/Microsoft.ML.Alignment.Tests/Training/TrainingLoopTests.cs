using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Training;

public sealed class TrainingLoopTests : IDisposable
{
    private static readonly TrainingOptions Options = new() { LearningRate = 0.01, BatchSize = 4, Schedule = LearningRateSchedule.Constant };

    private readonly LanguageModel _model = TestModels.Tiny();
    private readonly List<string> _log = [];

    public void Dispose() => _model.Dispose();

    [Fact]
    public void TrainingLowersTheLoss()
    {
        using var policy = _model.TrainableCopy();

        var reports = Train(policy, Options with { Epochs = 10 });

        reports[^1].Loss.Should().BeLessThan(0.5 * reports[0].Loss);
    }

    [Fact]
    public void MicroBatchesFollowTheCurveOfWholeBatches()
    {
        using var whole = _model.TrainableCopy();
        using var parts = _model.TrainableCopy();

        var expected = Train(whole, Options);
        var actual = Train(parts, Options with { MicroBatchSize = 2 });

        foreach (var (a, e) in actual.Zip(expected))
        {
            a.Loss.Should().BeApproximately(e.Loss, 1e-5 * e.Loss, "step {0}", e.Step);
            a.GradientNorm.Should().BeApproximately(e.GradientNorm, 1e-5 * e.GradientNorm, "step {0}", e.Step);
        }
    }

    [Fact]
    public void TwoRunsWithOneSeedAreBitEqual()
    {
        var (first, second, other) = (TrainDropping(seed: 5), TrainDropping(seed: 5), TrainDropping(seed: 6));

        second.Should().Equal(first);
        other.Should().NotEqual(first, "another seed drops other inputs");
    }

    [Fact]
    public void StepsLeaveNoTensorsBehind()
    {
        using var policy = _model.TrainableCopy();
        var live = new List<long>();
        var progress = new ProgressList(_ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        var loop = new TrainingLoop([new(policy)], (Options with { MaxSteps = 300 }).Resolve(new(1, 1), 0), Context(new() { Progress = progress }));

        loop.Run(new KeptSource(), Objective(policy)); // batches keep the masks that they made in the first two steps

        live.Should().HaveCount(300);
        live.Skip(2).Should().AllBeEquivalentTo(live[2]);
        policy.TrainableParameters.Should().AllSatisfy(p => (p.grad is null).Should().BeTrue());
    }

    [Fact]
    public void AStepWithLearningRateZeroChangesNothing()
    {
        using var policy = _model.TrainableCopy();
        var before = Weights(policy);

        Train(policy, Options with { MaxSteps = 1, WarmupRatio = 0.5 });

        Weights(policy).Should().Equal(before);
    }

    [Fact]
    public void TheSourceIsAskedOnceForAllSteps()
    {
        using var policy = _model.TrainableCopy();
        var source = new KeptSource();

        new TrainingLoop([new(policy)], (Options with { MaxSteps = 5 }).Resolve(new(1, 1), 0), Context(new())).Run(source, Objective(policy));

        source.Asked.Should().Equal(0);
    }

    [Fact]
    public void CancelingStopsBetweenTwoSteps()
    {
        using var policy = _model.TrainableCopy();
        using var cancellation = new CancellationTokenSource();
        var progress = new ProgressList(report => { if (report.Step == 2) cancellation.Cancel(); });

        var train = () => Train(policy, Options, progress, cancellation: cancellation.Token);

        var exception = train.Should().Throw<TrainingCanceledException>().WithMessage("Test was canceled after 2 of 4 steps.").Which;
        exception.Should().BeAssignableTo<OperationCanceledException>();
        (exception.StepsDone, exception.CancellationToken).Should().Be((2, cancellation.Token));
    }

    [Theory]
    [InlineData("loss")]
    [InlineData("gradient norm")]
    public void AStepThatIsNotFiniteIsNotTaken(string quantity)
    {
        using var good = _model.TrainableCopy();
        using var policy = _model.TrainableCopy();
        Train(good, Options with { MaxSteps = 2 });

        var train = () => Train(policy, Options, new(), new BreakingObjective(policy, quantity, atCall: 3));

        var exception = train.Should().Throw<TrainingDivergedException>()
            .WithMessage($"Test diverged in step 3: the {quantity} is NaN*smaller learning rate*").Which;
        (exception.Stage, exception.Step, exception.Quantity, exception.Value).Should().Be(("Test", 3, quantity, double.NaN));
        Weights(policy).Should().Equal(Weights(good));
    }

    [Fact]
    public void ASourceWithoutStepsIsRefused()
    {
        using var policy = _model.TrainableCopy();

        var loop = new TrainingLoop([new(policy)], Options.Resolve(new(1, 1), 0), Context(new()));
        var train = () => loop.Run(new RecordedSource<TokenBatch>([], 2, 1, batch => batch), Objective(policy));

        train.Should().Throw<ArgumentException>().WithMessage("Test has nothing to train on*");
    }

    [Fact]
    public void EveryStepIsReported()
    {
        using var policy = _model.TrainableCopy();

        var reports = Train(policy, Options with { Schedule = LearningRateSchedule.Linear });

        reports.Select(r => (r.Stage, r.Step, r.TotalSteps))
            .Should().Equal(("Test", 1, 4), ("Test", 2, 4), ("Test", 3, 4), ("Test", 4, 4));
        reports.Select(r => r.LearningRate).Should().Equal(0.01, 0.0075, 0.005, 0.0025);
        reports.Should().OnlyContain(r => r.TokensPerSecond > 0 && r.TrainedTokensPerSecond >= r.TokensPerSecond && r.SampledTokensPerSecond == null && r.PeakMemoryBytes > 1 << 20 && r.GradientNorm > 0);
        (reports[0].TimeLeft > TimeSpan.Zero, reports[^1].TimeLeft).Should().Be((true, TimeSpan.Zero));
        _log[0].Should().StartWith("Test: 4 steps; learning rate 0.01");
        _log.Skip(1).Should().HaveCount(2, "of few steps the first and the last are logged")
            .And.OnlyContain(line => line.Contains("loss") && line.Contains("tokens/s"));
    }

    private List<TrainingProgress> Train(
        LanguageModel policy, TrainingOptions options, ProgressList? progress = null, IObjective<TokenBatch>? objective = null,
        CancellationToken cancellation = default)
    {
        progress ??= new();
        var training = options.Resolve(new(LearningRate: 1, Epochs: 1), seed: 0);
        var microBatches = training.BatchSize / training.MicroBatchSize;
        var source = new RecordedSource<TokenBatch>(RandomExamples.Completions(16), training.MicroBatchSize, microBatches, batch => batch);
        var run = new AlignmentRun { Progress = progress, CancellationToken = cancellation };
        new TrainingLoop([new(policy)], training, Context(run)).Run(source, objective ?? Objective(policy));
        return progress.Reports;
    }

    private float[] TrainDropping(int seed)
    {
        using var policy = _model.With([LoraAdapter.Create(_model, new() { Rank = 2, Dropout = 0.3 }, "test", seed: 1)], null);
        Train(policy, Options with { Seed = seed });
        return Weights(policy);
    }

    private TrainingContext Context(AlignmentRun run) => new("Test", run, _log.Add);

    private static NextTokenObjective Objective(LanguageModel policy) => new(policy, Precision.Float32);

    private static float[] Weights(LanguageModel policy) => [.. policy.TrainableParameters.SelectMany(p => p.detach().data<float>().ToArray())];
}
