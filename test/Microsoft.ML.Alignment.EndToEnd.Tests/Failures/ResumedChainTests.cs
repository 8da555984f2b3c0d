namespace Microsoft.ML.Alignment.EndToEnd.Tests.Failures;

public sealed class ResumedChainTests(ResumedChainTests.Undisturbed undisturbed) : IClassFixture<ResumedChainTests.Undisturbed>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Workspace => _folder["workspace"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Sft", 2, "1-Sft")]
    [InlineData("RewardModel", 5, "2-RewardModel")]
    [InlineData("Dpo", 1, "3-Dpo")]
    public void AChainThatWasCanceledGoesOnInTheMiddleOfItsStage(string stage, int step, string folder)
    {
        Cancel(stage, step).CheckpointPath.Should().Be(Path.Combine(Workspace, folder, $"checkpoint-{step}"));
        var progress = new ProgressList();

        KillableChain.Train(new() { WorkspacePath = Workspace, Resume = true, Progress = progress }, _folder["resumed.zip"]);

        undisturbed.Is(_folder["resumed.zip"]).Should().BeTrue();
        (progress.Reports[0].Stage, progress.Reports[0].Step).Should().Be((stage, step + 1));
    }

    [Fact]
    public void ARunThatWasFinishedIsLoaded()
    {
        KillableChain.Train(new() { WorkspacePath = Workspace }, _folder["first.zip"]);
        var progress = new ProgressList();

        KillableChain.Train(new() { WorkspacePath = Workspace, Resume = true, Progress = progress }, _folder["second.zip"]);

        progress.Reports.Should().BeEmpty();
        undisturbed.Is(_folder["second.zip"]).Should().BeTrue();
    }

    [Fact]
    public void AWorkspaceThatIsNotEmptyIsRefusedUnlessTheRunResumes()
    {
        Directory.CreateDirectory(Path.Combine(Workspace, "1-Sft"));
        var open = () => new MLContext().Alignment(new() { WorkspacePath = Workspace });
        open.Should().Throw<WorkspaceException>().WithMessage($"*'{Workspace}' is not empty*Resume*");
    }

    [Fact]
    public void ResumingWithoutAWorkspaceIsRefused()
    {
        var open = () => new MLContext().Alignment(new() { Resume = true });
        open.Should().Throw<WorkspaceException>().WithMessage("*WorkspacePath*");
    }

    [Fact]
    public void ChangedOptionsDataAndStagesAreNamed()
    {
        Cancel("RewardModel", 2);
        var ml = new MLContext(seed: 1);
        var (options, data) = (KillableChain.SftOptions, VerbTask.Pairs(ml));
        Action Fit(SftTrainer.Options changed, IDataView rows) => () =>
        {
            var align = ml.Alignment(new() { WorkspacePath = Workspace, Resume = true });
            align.BaseModel(TestFiles.Stories).Append(align.Trainers.Sft(changed)).Fit(rows);
        };

        Fit(options with { Lora = options.Lora! with { Alpha = 8 } }, data)
            .Should().Throw<WorkspaceException>().Which.Differences.Should().Equal("options.lora.alpha is 8, it was 32");
        Fit(options, ml.Data.TakeRows(data, 9))
            .Should().Throw<WorkspaceException>().Which.Differences.Should().ContainSingle().Which.Should().StartWith("training data is 9 examples");
        Fit(options, data).Should().NotThrow();
        new Action(() =>
        {
            var align = ml.Alignment(new() { WorkspacePath = Workspace, Resume = true });
            align.BaseModel(TestFiles.Stories).Append(align.Trainers.Dpo()).Fit(data);
        }).Should().Throw<WorkspaceException>().WithMessage("Stage 1 of this run is Dpo*1-Sft*");
    }

    [Fact]
    public void AWorkspaceThatAnotherRunTrainsInIsRefusedAndBothEndWell()
    {
        Exception? refused = null;
        var intruder = new AlignmentRun { WorkspacePath = Workspace, Resume = true };
        var progress = new ProgressList(report =>
        {
            if (report is { Stage: "RewardModel", Step: 2 })
                refused = Record.Exception(() => KillableChain.Train(intruder, _folder["second.zip"]));
        });

        KillableChain.Train(new() { WorkspacePath = Workspace, Progress = progress }, _folder["first.zip"]);

        refused!.GetBaseException().Should().BeAssignableTo<IOException>();
        refused.Should().BeOfType<WorkspaceException>().Which.Message.Should().Contain(Workspace).And.Contain("another run");
        undisturbed.Is(_folder["first.zip"]).Should().BeTrue();
        KillableChain.Train(intruder, _folder["second.zip"]);
        undisturbed.Is(_folder["second.zip"]).Should().BeTrue("the run that had to wait is in its first stage still");
    }

    private TrainingCanceledException Cancel(string stage, int step)
    {
        using var stop = new CancellationTokenSource();
        var progress = new ProgressList(report => { if (report.Stage == stage && report.Step == step) stop.Cancel(); });
        var run = new AlignmentRun { WorkspacePath = Workspace, Progress = progress, CancellationToken = stop.Token };
        return new Action(() => KillableChain.Train(run, _folder["canceled.zip"])).Should().Throw<TrainingCanceledException>().Which;
    }

    /// <summary>The chain as it is when nothing interrupts it.</summary>
    public sealed class Undisturbed
    {
        private readonly byte[] _zip;

        public Undisturbed()
        {
            using var folder = new TemporaryFolder();
            KillableChain.Train(new(), folder["undisturbed.zip"]);
            _zip = File.ReadAllBytes(folder["undisturbed.zip"]);
        }

        /// <summary>Whether a file is the same, byte for byte.</summary>
        public bool Is(string path) => File.ReadAllBytes(path).AsSpan().SequenceEqual(_zip);
    }
}
