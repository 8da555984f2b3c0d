namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>A stream in memory that keeps only blocks that are not all zero, so that files of gigabytes of zeros cost nothing.</summary>
internal sealed class SparseStream : Stream
{
    private const int BlockLength = 1 << 16;
    private readonly Dictionary<long, byte[]> _blocks = [];
    private long _length;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, _length - Position);
        for (var done = 0; done < count;)
        {
            var (block, at) = Math.DivRem(Position, BlockLength);
            var part = buffer.Slice(done, (int)Math.Min(count - done, BlockLength - at));
            if (_blocks.TryGetValue(block, out var kept))
                kept.AsSpan((int)at, part.Length).CopyTo(part);
            else
                part.Clear();
            done += part.Length;
            Position += part.Length;
        }

        return count;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var (block, at) = Math.DivRem(Position, BlockLength);
            var part = buffer[..(int)Math.Min(buffer.Length, BlockLength - at)];
            if (_blocks.ContainsKey(block) || part.IndexOfAnyExcept((byte)0) >= 0)
            {
                if (!_blocks.TryGetValue(block, out var kept))
                    _blocks[block] = kept = new byte[BlockLength];
                part.CopyTo(kept.AsSpan((int)at));
            }

            buffer = buffer[part.Length..];
            Position += part.Length;
            _length = Math.Max(_length, Position);
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => _length + offset,
    };

    public override void SetLength(long value) => _length = value;

    public override void Flush()
    {
    }
}
