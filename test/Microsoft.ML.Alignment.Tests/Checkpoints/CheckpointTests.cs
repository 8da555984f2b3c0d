using Microsoft.ML.Alignment.Tests.Training;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 4)]
    [InlineData(true, 7)]
    [InlineData(true, 10)]
    [InlineData(false, 2)]
    [InlineData(false, 9)]
    public void AResumedRunEndsLikeOneThatWasNeverInterrupted(bool lora, int step)
    {
        var undisturbed = new CheckpointedRun(null) { Lora = lora };
        var expected = undisturbed.Train();

        var canceled = Canceled(new(_folder.Path) { Lora = lora, CancelAfter = step });
        var resumed = new CheckpointedRun(_folder.Path) { Lora = lora };
        var weights = resumed.Train();

        canceled.CheckpointPath.Should().Be(step < 10 ? _folder[$"checkpoint-{step}"] : null);
        weights.Should().Equal(expected);
        resumed.Steps.Select(s => (s.Step, s.Loss, s.LearningRate, s.GradientNorm))
            .Should().Equal(undisturbed.Steps.Skip(step).Select(s => (s.Step, s.Loss, s.LearningRate, s.GradientNorm)));
    }

    [Fact]
    public void ARunThatIsInterruptedAgainAndAgainEndsLikeOneThatWasNot()
    {
        var expected = new CheckpointedRun(null).Train();

        foreach (var step in new[] { 2, 3, 4, 8 })
            Canceled(new(_folder.Path) { CancelAfter = step });

        new CheckpointedRun(_folder.Path).Train().Should().Equal(expected);
    }

    [Fact]
    public void AnInterruptionBetweenTwoCheckpointsGoesOnFromTheOlder()
    {
        Canceled(new(_folder.Path) { CancelAfter = 5 });
        Directory.Delete(_folder["checkpoint-5"], recursive: true);

        var resumed = new CheckpointedRun(_folder.Path);
        var weights = resumed.Train();

        resumed.Start!.ResumedStep.Should().Be(3);
        weights.Should().Equal(new CheckpointedRun(null).Train());
    }

    [Fact]
    public void AFinishedStageIsLoadedAndNotTrainedAgain()
    {
        var first = new CheckpointedRun(_folder.Path);
        var weights = first.Train();

        var second = new CheckpointedRun(_folder.Path);

        second.Train().Should().Equal(weights);
        second.Steps.Should().BeEmpty();
        (first.End.Reason, second.End.Reason, second.End.Step).Should().Be((StageEndReason.Completed, StageEndReason.Restored, 10));
    }

    [Fact]
    public void TheLastCheckpointsAndTheBestAreKept()
    {
        var run = new CheckpointedRun(_folder.Path)
        {
            Options = new CheckpointedRun(null).Options with { EvaluateEverySteps = 1 },
            Run = new() { CheckpointEverySteps = 2, KeepLast = 2 },
            ValidationLosses = [9, 5, 4, 3, 7, 8, 9, 8, 7, 6, 5],
        };

        run.Train();

        Checkpoints().Should().Equal("checkpoint-10", "checkpoint-3", "checkpoint-8", "finished");
    }

    [Fact]
    public void WhatDiffersIsNamedAndNothingIsTrained()
    {
        Canceled(new(_folder.Path) { CancelAfter = 4 });
        var options = new CheckpointedRun(null).Options;
        var other = new CheckpointedRun(_folder.Path)
        {
            Options = options with { LearningRate = 0.02, BatchSize = 5 }, Rows = RandomExamples.Completions(14),
        };

        var refused = other.Invoking(run => run.Train()).Should().Throw<WorkspaceException>()
            .WithMessage("Test cannot go on from '*checkpoint-4'*another workspace*").Which;

        refused.Differences.Should().HaveCount(3);
        refused.Differences.Should().Contain(["training.batchSize is 5, it was 4", "training.learningRate is 0.02, it was 0.01"]);
        refused.Differences[0].Should().StartWith("training data is ");
        other.Steps.Should().BeEmpty();
        Checkpoints().Should().Equal("checkpoint-3", "checkpoint-4");
    }

    [Theory]
    [InlineData("weights.safetensors")]
    [InlineData("optimizer.safetensors")]
    [InlineData("checkpoint.json")]
    public void ADamagedCheckpointIsRefusedAndTheCureIsNamed(string file)
    {
        Canceled(new(_folder.Path) { CancelAfter = 4 });
        var path = Path.Combine(_folder["checkpoint-4"], file);
        var bytes = File.ReadAllBytes(path);
        bytes[^3] ^= 0x10;
        File.WriteAllBytes(path, bytes);

        new CheckpointedRun(_folder.Path).Invoking(run => run.Train())
            .Should().Throw<WorkspaceException>().WithMessage($"*{file}' is damaged*Remove that folder*");
    }

    [Fact]
    public void ALossThatIsNotFiniteKeepsTheLastCheckpointAndNamesIt()
    {
        using var policy = TestModels.Tiny().TrainableOwned();
        var train = () => new CheckpointedRun(_folder.Path).Train(policy, new BreakingObjective(policy, "loss", atCall: 11));

        var diverged = train.Should().Throw<TrainingDivergedException>().WithMessage($"*step 6*'{_folder["checkpoint-3"]}'*").Which;

        diverged.CheckpointPath.Should().Be(_folder["checkpoint-3"]);
        Checkpoints().Should().Equal("checkpoint-3");
    }

    private string[] Checkpoints() =>
        [.. Directory.GetFileSystemEntries(_folder.Path).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    private static TrainingCanceledException Canceled(CheckpointedRun run)
    {
        if (run.CancelAfter < 10)
            return run.Invoking(r => r.Train()).Should().Throw<TrainingCanceledException>().Which;
        run.Train();
        return new("Test", 10, 10, null, default);
    }
}
