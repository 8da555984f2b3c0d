using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>A stored tensor whose rows stand in another order than those of the tensor that it is read from.</summary>
/// <remarks>Blocks lie within rows, so encoded rows move as they are.</remarks>
internal abstract class ReorderedRowsTensor(StoredTensor stored, string name) : StoredTensor(name, stored.Encoding, stored.Shape)
{
    private readonly long _rowBytes = stored.ByteLength / stored.Shape[0];

    /// <inheritdoc/>
    public override long ByteLength => stored.ByteLength;

    /// <inheritdoc/>
    public override IDisposable? Storage => stored.Storage;

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, ByteLength - destination.Length);
        while (destination.Length > 0)
        {
            var (row, within) = Math.DivRem(offset, _rowBytes);
            var part = destination[..(int)Math.Min(destination.Length, _rowBytes - within)];
            stored.Read(StoredRow(row) * _rowBytes + within, part);
            offset += part.Length;
            destination = destination[part.Length..];
        }
    }

    /// <summary>Where a row stands in the tensor that is read.</summary>
    protected abstract long StoredRow(long row);
}
