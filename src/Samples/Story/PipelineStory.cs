using Microsoft.ML.Alignment;
using Samples.Terminal;

namespace Samples.Story;

/// <summary>What runs without a name: the three-stage pipeline, on the verbs or on the user's own pairs.</summary>
internal static class PipelineStory
{
    /// <exception cref="UsageException">The arguments make no sense.</exception>
    public static int Run(IReadOnlyList<string> args, CancellationToken stop)
    {
        var command = RunCommand.Parse(args);
        return command.DataPath is null ? VerbStory.Run(command, stop) : PairStory.Run(command, stop);
    }

    /// <summary>A run that is shown, stopped and kept as the user wants.</summary>
    public static AlignmentRun RunOf(RunCommand command, CancellationToken stop) => new()
    {
        Progress = new ProgressLine(),
        CancellationToken = stop,
        WorkspacePath = command.WorkspacePath,
        Resume = command.Resume,
        CheckpointEverySteps = 20,
    };
}
