using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>
/// A projection to queries or keys whose heads have, as Hugging Face has them, the first halves of all rotated pairs and then the
/// second halves, read from a tensor in which, as GGML has them, the two halves of a pair are neighbours.
/// </summary>
internal sealed class HalvedHeadsTensor(StoredTensor stored, string name, int headSize) : ReorderedRowsTensor(stored, name)
{
    /// <inheritdoc/>
    protected override long StoredRow(long row)
    {
        var (head, place) = Math.DivRem(row, headSize);
        var (half, pair) = Math.DivRem(place, headSize / 2);
        return head * headSize + 2 * pair + half;
    }
}
