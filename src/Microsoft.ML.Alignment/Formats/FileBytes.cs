using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>The bytes of a file, read at any offset from any thread, on demand.</summary>
/// <remarks>
/// Positioned reads rather than a memory map: what is read is copied either way, and a file that somebody truncates meanwhile is
/// an exception here and a fault of the process there. Who opens it sees to it that it is closed.
/// </remarks>
internal sealed class FileBytes : IDisposable
{
    private readonly SafeFileHandle _handle;

    private FileBytes(string path, SafeFileHandle handle, long length) => (Path, _handle, Length) = (path, handle, length);

    /// <summary>Gets the path, for messages.</summary>
    public string Path { get; }

    /// <summary>Gets the length in bytes when the file was opened.</summary>
    public long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static FileBytes Open(string path)
    {
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        try
        {
            return new(path, handle, RandomAccess.GetLength(handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file for what reads it and closes it from then on; where reading fails, it is closed at once.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static T Open<T>(string path, Func<FileBytes, T> read)
    {
        var file = Open(path);
        try
        {
            return read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>Reads bytes.</summary>
    /// <exception cref="InvalidDataException">The file ends before the destination is full.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        var (wanted, start) = (destination.Length, offset);
        while (destination.Length > 0)
        {
            var count = RandomAccess.Read(_handle, destination, offset);
            if (count == 0)
                throw new InvalidDataException(
                    $"'{Path}' ends at byte {offset}; {wanted} bytes from {start} on belong to it. The file is truncated: get it again.");
            offset += count;
            destination = destination[count..];
        }
    }
}

/// <summary>A tensor that lies in a file as one run of bytes.</summary>
internal sealed class FileTensor(FileBytes file, long start, string name, TensorEncoding encoding, long[] shape)
    : StoredTensor(name, encoding, shape)
{
    /// <inheritdoc/>
    public override long ByteLength { get; } = BlockQuantization.BytesOf(encoding, shape);

    /// <inheritdoc/>
    public override IDisposable Storage => file;

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, ByteLength - destination.Length);
        file.Read(start + offset, destination);
    }
}
