using System.Text;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>A byte-pair encoding: pieces of text to ids.</summary>
/// <param name="symbols">The smallest symbols.</param>
/// <param name="merges">The merges.</param>
/// <param name="wholePieces">Pieces that are tokens as they stand (<c>ignore_merges</c>); null if merges always decide.</param>
internal sealed class BpeModel(BpeSymbols symbols, BpeMerges merges, IReadOnlyDictionary<string, int>? wholePieces) : TokenModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<int> ByteCounts(ReadOnlySpan<char> piece, List<int> ids, IReadOnlyDictionary<int, string> tokenOfId)
    {
        var counts = new int[ids.Count];
        int start = 0, bytesAhead = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = symbols.ByteCount(ids[i], tokenOfId[ids[i]], piece[start..]);
            bytesAhead += counts[i];
            while (start < piece.Length && bytesAhead > 0)
            {
                Rune.DecodeFromUtf16(piece[start..], out var rune, out var consumed);
                if (bytesAhead < rune.Utf8SequenceLength)
                    break;
                bytesAhead -= rune.Utf8SequenceLength;
                start += consumed;
            }
        }

        return counts;
    }

    /// <inheritdoc/>
    protected override int[] Compute(ReadOnlySpan<char> piece)
    {
        if (wholePieces is not null && wholePieces.TryGetValue(symbols.Spell(piece), out var whole))
            return [whole];
        var bound = BpeSymbols.Bound(piece.Length);
        Span<int> ids = piece.Length <= LongestCached ? stackalloc int[BpeSymbols.Bound(LongestCached)] : new int[bound];
        var count = symbols.Fill(piece, ids);
        return ids[..merges.Apply(ids[..count])].ToArray();
    }
}
