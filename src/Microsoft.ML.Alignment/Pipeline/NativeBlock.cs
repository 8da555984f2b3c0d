using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>Native memory of any size.</summary>
internal sealed unsafe class NativeBlock : IDisposable
{
    private nint _start;

    /// <exception cref="OutOfMemoryException">There is not so much memory.</exception>
    public NativeBlock(long length)
    {
        _start = (nint)NativeMemory.Alloc((nuint)length);
        Length = length;
        if (length > 0)
            GC.AddMemoryPressure(length);
    }

    /// <summary>Frees a block that nobody disposed.</summary>
    ~NativeBlock() => Free();

    /// <summary>Gets the number of bytes.</summary>
    public long Length { get; }

    /// <summary>Copies bytes out.</summary>
    /// <exception cref="ObjectDisposedException">The block was freed.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        Slice(offset, destination.Length).CopyTo(destination);
        GC.KeepAlive(this);
    }

    /// <summary>Fills the block in pieces from a stream's next bytes.</summary>
    /// <param name="stream">Read for exactly <see cref="Length"/> bytes.</param>
    /// <param name="seen">Told of each piece.</param>
    /// <exception cref="EndOfStreamException">The stream is shorter.</exception>
    public void Fill(Stream stream, ReadOnlySpanAction seen)
    {
        const int pieceLength = 1 << 20;
        for (long offset = 0; offset < Length; offset += pieceLength)
        {
            var piece = Slice(offset, (int)Math.Min(pieceLength, Length - offset));
            stream.ReadExactly(piece);
            seen(piece);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Takes bytes that are valid during the call.</summary>
    internal delegate void ReadOnlySpanAction(ReadOnlySpan<byte> bytes);

    /// <summary>Frees the memory; nobody may be reading it.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        var start = Interlocked.Exchange(ref _start, 0);
        if (start == 0)
            return;
        NativeMemory.Free((void*)start);
        if (Length > 0)
            GC.RemoveMemoryPressure(Length);
    }

    private Span<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_start == 0, this);
        return offset >= 0 && offset <= Length - length
            ? new((byte*)_start + offset, length)
            : throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{length} bytes at {offset} are not within {Length} bytes.");
    }
}
