using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Reads a GGUF header from front to back; nothing is allocated that the rest of the file could not fill.</summary>
internal sealed class GgufCursor(FileBytes file)
{
    private const int BufferBytes = 1 << 16;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private long _bufferStart;
    private int _bufferLength;

    /// <summary>Gets the offset in the file.</summary>
    public long Position { get; private set; }

    private long Remaining => file.Length - Position;

    /// <summary>The next number, little-endian.</summary>
    public T Read<T>(string what)
        where T : unmanaged
    {
        var size = Marshal.SizeOf<T>();
        RequireBytes(size, what);
        var value = MemoryMarshal.Read<T>(Buffered(size));
        Position += size;
        return value;
    }

    /// <summary>The beginning of a text of the file, for messages.</summary>
    public static string Shown(string text)
    {
        const int Longest = 100;
        return text.Length > Longest ? text[..Longest] + "…" : text;
    }

    /// <summary>A count of things that take at least some bytes each.</summary>
    public int ReadCount(int leastBytesEach, string what) => ReadCount(leastBytesEach, "", what);

    /// <summary>The next name: a text of at most 65,535 bytes.</summary>
    public string ReadName(string what) => ReadText(what, ushort.MaxValue);

    /// <summary>The next text, UTF-8 behind its length.</summary>
    public string ReadText(string what, int maxBytes = int.MaxValue)
    {
        var length = ReadCount(1, "the length of ", what);
        if (length > maxBytes)
            throw Invalid($"{what} has {length} bytes; at most {maxBytes} are allowed");
        if (length <= BufferBytes)
        {
            var text = Encoding.UTF8.GetString(Buffered(length));
            Position += length;
            return text;
        }

        var bytes = new byte[length];
        file.Read(Position, bytes);
        Position += length;
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The next numbers, little-endian.</summary>
    public T[] ReadNumbers<T>(string what)
        where T : unmanaged
    {
        var numbers = new T[ReadCount(Marshal.SizeOf<T>(), what)];
        var bytes = MemoryMarshal.AsBytes(numbers.AsSpan());
        file.Read(Position, bytes);
        Position += bytes.Length;
        return numbers;
    }

    /// <summary>The error of a file that cannot be read.</summary>
    public InvalidDataException Invalid(string what) => new(
        $"'{file.Path}': {what} (at byte {Position}). The file is damaged or not a GGUF file: get it again.");

    // What is read is put into words where there is an error only: names are long and many.
    private int ReadCount(int leastBytesEach, string before, string what)
    {
        var count = Read<ulong>(what);
        var possible = Math.Min(Remaining / leastBytesEach, Array.MaxLength);
        return count <= (ulong)possible
            ? (int)count
            : throw Invalid($"{before}{what} is {count}; the {Remaining} bytes that are left have room for at most {possible}");
    }

    private void RequireBytes(int count, string what)
    {
        if (Remaining < count)
            throw Invalid($"{what} takes {count} bytes, of which {Remaining} are left");
    }

    private ReadOnlySpan<byte> Buffered(int count)
    {
        if (Position < _bufferStart || Position + count > _bufferStart + _bufferLength)
        {
            _bufferStart = Position;
            _bufferLength = (int)Math.Min(BufferBytes, Remaining);
            file.Read(_bufferStart, _buffer.AsSpan(0, _bufferLength));
        }

        return _buffer.AsSpan((int)(Position - _bufferStart), count);
    }
}
