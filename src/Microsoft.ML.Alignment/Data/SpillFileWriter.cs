using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Data;

/// <summary>
/// Writes tokenized examples to a temporary file that only this user can read and that vanishes when it is closed, or its process ends,
/// however that ends.
/// </summary>
internal sealed class SpillFileWriter : IDisposable
{
    private readonly List<long> _offsets = [0];
    private readonly List<int> _tokenCounts = [];
    private FileStream? _file;
    private int[] _buffer = new int[1 << 16];
    private int _buffered;
    private long _written;

    /// <param name="folder">Where the file lies; made if it is not there.</param>
    public SpillFileWriter(string folder)
    {
        Directory.CreateDirectory(folder);
        _file = Open(Path.Combine(folder, $"alignment-{Guid.NewGuid():N}.tokens"));
    }

    /// <summary>Gets the number of examples so far.</summary>
    public int Count => _tokenCounts.Count;

    public void Add(TokenizedExample example)
    {
        var length = SpillRecord.Length(example);
        if (_buffered + length > _buffer.Length)
            Flush();
        if (length > _buffer.Length)
            _buffer = new int[length];
        SpillRecord.Encode(example, _buffer.AsSpan(_buffered, length));
        _buffered += length;
        _offsets.Add(_offsets[^1] + length);
        _tokenCounts.Add(example.TokenCount);
    }

    /// <summary>Ends writing and hands the file over to a store.</summary>
    public SpillFileStore ToStore()
    {
        Flush();
        var store = new SpillFileStore(File, [.. _offsets], [.. _tokenCounts]);
        _file = null;
        return store;
    }

    public void Dispose() => _file?.Dispose();

    private FileStream File => _file ?? throw new ObjectDisposedException(nameof(SpillFileWriter), "The file was handed over to its store.");

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.RandomAccess,
            BufferSize = 0,
        };
        if (OperatingSystem.IsWindows())
        {
            // There the system itself deletes it, also for a process that is killed.
            options.Options |= FileOptions.DeleteOnClose;
            return new(path, options);
        }

        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        // Elsewhere .NET deletes when it closes, which a killed process never does. A file without a name lives as long as it is open.
        System.IO.File.Delete(path);
        return file;
    }

    private void Flush()
    {
        RandomAccess.Write(File.SafeFileHandle, MemoryMarshal.AsBytes(_buffer.AsSpan(0, _buffered)), _written * sizeof(int));
        _written += _buffered;
        _buffered = 0;
    }
}
