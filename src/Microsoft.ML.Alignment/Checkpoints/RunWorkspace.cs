using System.Globalization;

namespace Microsoft.ML.Alignment.Checkpoints;

/// <summary>The workspace of a run: it numbers the stages in the order in which they are fitted, and gives each its folder.</summary>
internal sealed class RunWorkspace
{
    private readonly AlignmentRun _run;
    private readonly AlignmentRuntimeOptions? _runtime;
    private readonly WorkspaceLock _lock = new();
    private int _stages;

    private RunWorkspace(AlignmentRun run)
    {
        _run = run;
        if (run.WorkspacePath is { } path && !run.Resume && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw WorkspaceException.NotEmpty(path);
        if (run.Resume && run.WorkspacePath is null)
            throw WorkspaceException.NoPath();
        if (run.Resume)
            _runtime = RecordedRuntime(run.WorkspacePath!);
    }

    /// <summary>The workspace of a run; the same for all stages that are fitted with it or with a copy of it.</summary>
    /// <exception cref="WorkspaceException">
    /// The workspace is not empty and the run does not resume, or it resumes without a workspace.
    /// </exception>
    public static RunWorkspace Of(AlignmentRun run) => run.Opened.Of(run, opened => new RunWorkspace(opened));

    /// <summary>Numbers the next stage.</summary>
    /// <param name="stage">The method.</param>
    /// <returns>Its place, which the caller disposes when the stage is fitted.</returns>
    /// <exception cref="WorkspaceException">The workspace has another method in this place, or another run is training in it.</exception>
    public WorkspacePlace Next(string stage)
    {
        if (_run.WorkspacePath is not { } path)
            return new(Interlocked.Increment(ref _stages), null, null, Abandon);
        if (_runtime is not null)
            AlignmentRuntime.Adopt(_runtime);
        Directory.CreateDirectory(path);
        var hold = _lock.Hold(path);
        try
        {
            var index = Interlocked.Increment(ref _stages);
            return new(index, Folder(path, index, stage), hold, Abandon);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    // A stage that was canceled or failed is fitted again, or gone on with, from the pipeline's first stage.
    private void Abandon() => _run.Opened.Forget(_run);

    private static string Folder(string path, int index, string stage)
    {
        var number = index.ToString(CultureInfo.InvariantCulture);
        var folder = Path.Combine(path, $"{number}-{stage}");
        if (Directory.GetDirectories(path, $"{number}-*").FirstOrDefault(other => other != folder) is { } other)
            throw WorkspaceException.OtherStage(stage, index, other);
        Directory.CreateDirectory(folder);
        RemoveLeftovers(folder);
        return folder;
    }

    // All stages compute alike, so any checkpoint says how. One that is damaged matters to the stage that goes on from it, which says so.
    private static AlignmentRuntimeOptions? RecordedRuntime(string path) => !Directory.Exists(path) ? null : Directory
        .EnumerateFiles(path, CheckpointFile.Name, SearchOption.AllDirectories)
        .Select(file => Path.GetDirectoryName(file)!)
        .Where(folder => !folder.EndsWith(".tmp", StringComparison.Ordinal))
        .Select(TryReadRuntime).FirstOrDefault(runtime => runtime is not null);

    private static AlignmentRuntimeOptions? TryReadRuntime(string folder)
    {
        try
        {
            return RunIdentity.RuntimeOf(CheckpointFile.Read(folder).Identity);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // What a process that was killed had not finished writing or removing.
    private static void RemoveLeftovers(string folder)
    {
        const string Pattern = "*.tmp";
        foreach (var leftover in Directory.GetDirectories(folder, Pattern))
            Directory.Delete(leftover, recursive: true);
        foreach (var leftover in Directory.GetFiles(folder, Pattern))
            File.Delete(leftover);
    }
}
