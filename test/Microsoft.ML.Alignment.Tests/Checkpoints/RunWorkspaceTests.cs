using Microsoft.ML.Alignment.Checkpoints;
using Microsoft.ML.Alignment.Tests.Support;

namespace Microsoft.ML.Alignment.Tests.Checkpoints;

/// <summary>Stages are numbered in the order in which a run fits them, whatever else is changed about the run in between.</summary>
public sealed class RunWorkspaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ACopyOfARunGoesOnWithItsNumbers()
    {
        var run = new AlignmentRun { WorkspacePath = _folder.Path };
        NumberOf(run, "Sft").Should().Be(1);
        NumberOf(run with { CheckpointEverySteps = 7 }, "Dpo").Should().Be(2);
        NumberOf(run, "Ipo").Should().Be(3);
    }

    [Fact]
    public void ACopyThatResumesBeginsWithTheFirstStage()
    {
        var run = new AlignmentRun { WorkspacePath = _folder.Path };
        NumberOf(run, "Sft").Should().Be(1);
        NumberOf(run with { Resume = true }, "Sft").Should().Be(1);
    }

    [Fact]
    public void ACopyInAnotherFolderBeginsWithTheFirstStage()
    {
        var run = new AlignmentRun { WorkspacePath = Path.Combine(_folder.Path, "first") };
        NumberOf(run, "Sft").Should().Be(1);
        NumberOf(run with { WorkspacePath = Path.Combine(_folder.Path, "second") }, "Sft").Should().Be(1);
    }

    [Fact]
    public void RunsThatSayTheSameAreEqualAndHaveTheirOwnNumbers()
    {
        var (one, other) = (new AlignmentRun(), new AlignmentRun());
        NumberOf(one, "Sft").Should().Be(1);
        NumberOf(other, "Sft").Should().Be(1);
        one.Should().Be(other);
    }

    [Fact]
    public void AStageThatWasNotFittedLetsTheNextFitBeginWithTheFirstStage()
    {
        var run = new AlignmentRun { WorkspacePath = _folder.Path, Resume = true };
        NumberOf(run, "Sft").Should().Be(1);
        RunWorkspace.Of(run).Next("Dpo").Dispose();
        NumberOf(run with { CheckpointEverySteps = 7 }, "Sft").Should().Be(1);
    }

    private static int NumberOf(AlignmentRun run, string stage)
    {
        using var place = RunWorkspace.Of(run).Next(stage);
        place.Fitted();
        return place.Index;
    }
}
