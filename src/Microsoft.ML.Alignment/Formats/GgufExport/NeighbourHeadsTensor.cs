using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>
/// A projection to queries or keys in whose heads the two halves of a rotated pair are neighbours, as GGML has them, read from one that has the
/// first halves before the second ones, as Hugging Face has them.
/// </summary>
internal sealed class NeighbourHeadsTensor(StoredTensor stored, string name, int headSize) : ReorderedRowsTensor(stored, name)
{
    /// <inheritdoc/>
    protected override long StoredRow(long row)
    {
        var (head, place) = Math.DivRem(row, headSize);
        var (pair, half) = Math.DivRem(place, 2);
        return head * headSize + half * (headSize / 2) + pair;
    }
}
