using System.Collections.Concurrent;

namespace Microsoft.ML.Alignment.Training;

/// <summary>
/// What the copies of a run share, so that <c>run with { … }</c> between two stages goes on with their numbers: each workspace that stages
/// of it were fitted in.
/// </summary>
internal sealed class OpenedWorkspaces
{
    private readonly ConcurrentDictionary<(string? Path, bool Resumes), object> _workspaces = new();

    /// <summary>The workspace of a run; made if none of its copies has it yet.</summary>
    /// <param name="run">The path, and whether it goes on with an earlier run, tell workspaces apart.</param>
    /// <param name="make">Makes one.</param>
    public T Of<T>(AlignmentRun run, Func<AlignmentRun, T> make)
        where T : class =>
        (T)_workspaces.GetOrAdd(KeyOf(run), _ => make(run));

    /// <summary>Forgets the workspace of a run, which begins with its first stage again.</summary>
    public void Forget(AlignmentRun run) => _workspaces.TryRemove(KeyOf(run), out _);

    /// <summary>Runs that say the same are equal, whatever was fitted with them.</summary>
    public override bool Equals(object? obj) => obj is OpenedWorkspaces;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;

    private static (string? Path, bool Resumes) KeyOf(AlignmentRun run) =>
        (run.WorkspacePath is { } path ? Path.GetFullPath(path) : null, run.Resume);
}
