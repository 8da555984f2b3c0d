using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>
/// A projection to queries or keys in whose heads the two halves of a rotated pair are neighbours, as GGML has them, read from one that has the
/// first halves before the second ones, as Hugging Face has them.
/// </summary>
/// <remarks>Blocks lie within rows, so encoded rows move as they are.</remarks>
internal sealed class NeighbourHeadsTensor(StoredTensor stored, string name, int headSize) : StoredTensor(name, stored.Encoding, stored.Shape)
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

    private long StoredRow(long row)
    {
        var (head, place) = Math.DivRem(row, headSize);
        var (pair, half) = Math.DivRem(place, 2);
        return head * headSize + half * (headSize / 2) + pair;
    }
}
