namespace Microsoft.ML.Alignment.EndToEnd.Tests.Failures;

public sealed class StoppedRunTests : IDisposable
{
    private const string TemporaryPathVariable = "TMPDIR";

    private readonly TemporaryFolder _folder = new();
    private readonly string? _systemFolder = Environment.GetEnvironmentVariable(TemporaryPathVariable);

    public StoppedRunTests() => Environment.SetEnvironmentVariable(TemporaryPathVariable, _folder.Path);

    [Theory]
    [InlineData("Sft")]
    [InlineData("RewardModel")]
    [InlineData("Dpo")]
    public void ACanceledChainNamesItsStageAndLeavesNoFile(string stage)
    {
        using var stop = new CancellationTokenSource();
        var duringTraining = 0;
        var progress = new ProgressList(report =>
        {
            if (report.Stage != stage || report.Step != 2)
                return;
            duringTraining = Directory.EnumerateFileSystemEntries(_folder.Path).Count();
            stop.Cancel();
        });
        var canceled = Fit(new() { CancellationToken = stop.Token, Progress = progress }, learningRate: 1e-4).Should().Throw<TrainingCanceledException>().Which;
        (canceled.Stage, canceled.StepsDone).Should().Be((stage, 2));
        canceled.CancellationToken.Should().Be(stop.Token);
        if (!OperatingSystem.IsWindows())
            duringTraining.Should().Be(0, "the file with the rows that it trains on has no name that a killed process could leave behind");
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void ARunThatIsCanceledBeforeItBeginsNamesItsFirstStage()
    {
        var canceled = Fit(new() { CancellationToken = new(canceled: true) }, learningRate: 1e-4).Should().Throw<TrainingCanceledException>().Which;
        (canceled.Stage, canceled.StepsDone).Should().Be(("Sft", 0));
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void ALearningRateThatIsFarTooHighEndsInAnErrorThatSaysWhereAndWhy()
    {
        var progress = new ProgressList();
        var diverged = Fit(new() { Progress = progress }, learningRate: 1e25).Should().Throw<TrainingDivergedException>().WithMessage("*smaller learning rate*").Which;
        diverged.Stage.Should().Be("Sft");
        double.IsFinite(diverged.Value).Should().BeFalse();
        diverged.Step.Should().Be(progress.Reports.Count + 1, "steps before it are good");
        progress.Reports.Should().OnlyContain(report => double.IsFinite(report.Loss) && double.IsFinite(report.GradientNorm));
        Directory.EnumerateFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(TemporaryPathVariable, _systemFolder);
        _folder.Dispose();
    }

    private static Action Fit(AlignmentRun run, double learningRate) => () =>
    {
        var ml = new MLContext(seed: 1);
        var align = ml.Alignment(run);
        var training = new TrainingOptions { MaxSteps = 8, LearningRate = learningRate };
        align.BaseModel(TestFiles.Stories)
            .Append(align.Trainers.Sft(new() { Training = training }))
            .Append(align.Trainers.RewardModel(new() { Training = training }))
            .Append(align.Trainers.Dpo(new() { Training = training }))
            .Fit(VerbTask.Pairs(ml))
            .Dispose();
    };
}
