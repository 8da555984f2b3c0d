namespace Microsoft.ML.Alignment;

/// <summary>
/// A workspace (<see cref="AlignmentRun.WorkspacePath"/>) that a run cannot begin in, or cannot go on from. Nothing in it was changed.
/// </summary>
public sealed class WorkspaceException : Exception
{
    private WorkspaceException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>
    /// Gets what differs between the checkpoint and this run, e.g. <c>options.beta is 0.2, it was 0.1</c>; none where that is not the
    /// reason.
    /// </summary>
    public IReadOnlyList<string> Differences { get; private init; } = [];

    internal static WorkspaceException NotEmpty(string path) => new(
        $"The workspace '{path}' is not empty. Set {nameof(AlignmentRun.Resume)} to go on with the run in it, or give a " +
        $"{nameof(AlignmentRun.WorkspacePath)} that is absent or empty.");

    internal static WorkspaceException NoPath() => new(
        $"{nameof(AlignmentRun.Resume)} is set without a {nameof(AlignmentRun.WorkspacePath)}; say which run to go on with.");

    internal static WorkspaceException InUse(string path, Exception cause) => new(
        $"The workspace '{path}' cannot be had for this run alone: {cause.Message} If another run trains in it, wait for its end, or give a " +
        $"{nameof(AlignmentRun.WorkspacePath)} of its own.", cause);

    internal static WorkspaceException OtherStage(string stage, int index, string other) => new(
        $"Stage {index} of this run is {stage}, but the workspace has '{other}' in its place. Fit the stages in the order in which " +
        "the run was begun, or begin anew in another workspace.");

    internal static WorkspaceException Differs(string stage, string path, IReadOnlyList<string> differences) => new(
        $"{stage} cannot go on from '{path}', because its result would be that of neither run: {string.Join("; ", differences)}. " +
        $"Set back what differs (kernel and threads with {nameof(AlignmentRuntime)}.{nameof(AlignmentRuntime.Configure)}), " +
        "or begin anew in another workspace.")
    {
        Differences = differences,
    };

    internal static WorkspaceException Damaged(string stage, string path, Exception cause) => new(
        $"{stage} cannot go on from '{path}': {cause.Message} Remove that folder to go on from an earlier checkpoint.", cause);
}
