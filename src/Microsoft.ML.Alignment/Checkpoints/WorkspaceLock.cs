namespace Microsoft.ML.Alignment.Checkpoints;

/// <summary>Keeps other runs, of this process and of others, out of a workspace while stages of one run train in it.</summary>
/// <remarks>The system lets go of a process's locks when it ends, however it ends. The file stays, so that nobody locks one that is gone.</remarks>
internal sealed class WorkspaceLock
{
    private const string FileName = ".lock";

    private readonly Lock _gate = new();
    private FileStream? _file;
    private int _holders;

    /// <summary>Holds the workspace until what is returned is disposed; stages of the same run may hold it together.</summary>
    /// <param name="path">The workspace, which exists.</param>
    /// <exception cref="WorkspaceException">Another run holds it, or the lock's file cannot be written.</exception>
    public IDisposable Hold(string path)
    {
        lock (_gate)
        {
            _file ??= Open(path);
            _holders++;
            return new Holder(this);
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new(Path.Combine(path, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw WorkspaceException.InUse(path, cause);
        }
    }

    private void Release()
    {
        lock (_gate)
        {
            if (--_holders > 0)
                return;
            _file!.Dispose();
            _file = null;
        }
    }

    private sealed class Holder(WorkspaceLock workspace) : IDisposable
    {
        private WorkspaceLock? _held = workspace;

        public void Dispose() => Interlocked.Exchange(ref _held, null)?.Release();
    }
}
