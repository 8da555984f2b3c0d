using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>
/// A projection to queries or keys whose heads have, as Hugging Face has them, the first halves of all rotated pairs and then the
/// second halves, read from a tensor in which, as GGML has them, the two halves of a pair are neighbours.
/// </summary>
/// <remarks>Blocks lie within rows, so encoded rows move as they are.</remarks>
internal sealed class HalvedHeadsTensor(StoredTensor stored, string name, int headSize) : StoredTensor(name, stored.Encoding, stored.Shape)
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
        var (half, pair) = Math.DivRem(place, headSize / 2);
        return head * headSize + 2 * pair + half;
    }
}
