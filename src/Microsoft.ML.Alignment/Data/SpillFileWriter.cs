using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Writes tokenized examples to a temporary file that only this user can read and that vanishes when it is closed.</summary>
internal sealed class SpillFileWriter : IDisposable
{
    private readonly List<long> offsets = [0];
    private readonly List<int> tokenCounts = [];
    private FileStream? file;
    private int[] buffer = new int[1 << 16];
    private int buffered;
    private long written;

    /// <param name="folder">Where the file lies; null for the system's folder of temporary files.</param>
    public SpillFileWriter(string? folder)
    {
        folder ??= Path.GetTempPath();
        Directory.CreateDirectory(folder);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose | FileOptions.RandomAccess,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        file = new FileStream(Path.Combine(folder, $"alignment-{Guid.NewGuid():N}.tokens"), options);
    }

    /// <summary>Gets the number of examples so far.</summary>
    public int Count => tokenCounts.Count;

    public void Add(TokenizedExample example)
    {
        var length = SpillRecord.Length(example);
        if (buffered + length > buffer.Length)
            Flush();
        if (length > buffer.Length)
            buffer = new int[length];
        SpillRecord.Encode(example, buffer.AsSpan(buffered, length));
        buffered += length;
        offsets.Add(offsets[^1] + length);
        tokenCounts.Add(example.TokenCount);
    }

    /// <summary>Ends writing and hands the file over to a store.</summary>
    public SpillFileStore ToStore()
    {
        Flush();
        var store = new SpillFileStore(File, [.. offsets], [.. tokenCounts]);
        file = null;
        return store;
    }

    public void Dispose() => file?.Dispose();

    private FileStream File => file ?? throw new ObjectDisposedException(nameof(SpillFileWriter), "The file was handed over to its store.");

    private void Flush()
    {
        RandomAccess.Write(File.SafeFileHandle, MemoryMarshal.AsBytes(buffer.AsSpan(0, buffered)), written * sizeof(int));
        written += buffered;
        buffered = 0;
    }
}
