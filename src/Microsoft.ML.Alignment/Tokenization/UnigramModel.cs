using System.Buffers;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>A unigram language model: of all ways to write a piece with its tokens, the one of the highest sum of scores.</summary>
/// <remarks>
/// Kudo, 2018, arXiv:1804.10959. Found by Viterbi's algorithm over a tree of the tokens, in linear time for tokens of bounded length. A
/// character that no token writes costs 10 more than the least likely token; such characters in a row become one unknown token, or
/// bytes.
/// </remarks>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;
    private const int Unreached = -1;

    private readonly CharacterTree<int> _tree = new(Unreached);
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int? _unknownId;
    private readonly int[]? _bytes;

    /// <param name="tokens">The tokens by id, with their scores.</param>
    /// <param name="unknownId">The id of what no token writes; null if there is none.</param>
    /// <param name="byteFallback">Whether byte tokens write what no other does.</param>
    /// <param name="isLeftOut">Tokens that text never becomes.</param>
    public UnigramModel(IReadOnlyList<(string Token, double Score)> tokens, int? unknownId, bool byteFallback, IReadOnlySet<int> isLeftOut)
    {
        _scores = [.. tokens.Select(token => token.Score)];
        _unknownScore = (_scores.Length == 0 ? 0 : _scores.Min()) - UnknownPenalty;
        _unknownId = unknownId;
        for (var id = 0; id < tokens.Count; id++)
        {
            if (tokens[id].Token.Length > 0 && id != unknownId && !isLeftOut.Contains(id))
                _tree[_tree.Insert(tokens[id].Token)] = id;
        }

        _bytes = byteFallback ? ByteTokens(tokens) : null;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<int> ByteCounts(ReadOnlySpan<char> piece, List<int> ids, IReadOnlyDictionary<int, string> tokenOfId)
    {
        var counts = new List<int>(ids.Count);
        Write(piece, [], counts);
        return counts;
    }

    /// <inheritdoc/>
    protected override int[] Compute(ReadOnlySpan<char> piece)
    {
        var ids = new List<int>(8);
        Write(piece, ids, null);
        return [.. ids];
    }

    private void Write(ReadOnlySpan<char> piece, List<int> ids, List<int>? byteCounts)
    {
        var size = piece.Length + 1;
        var starts = ArrayPool<int>.Shared.Rent(2 * size);
        Search(piece, starts.AsSpan(0, size), starts.AsSpan(size, size));
        var cuts = new Stack<int>();
        for (var end = piece.Length; end > 0; end = starts[end])
            cuts.Push(end);
        var start = 0;
        while (cuts.TryPop(out var end))
        {
            var id = starts[size + end];
            while (id == Unreached && cuts.TryPeek(out var next) && starts[size + next] == Unreached)
                end = cuts.Pop();
            WriteOne(piece[start..end], id, ids, byteCounts);
            start = end;
        }

        ArrayPool<int>.Shared.Return(starts);
    }

    private void WriteOne(ReadOnlySpan<char> text, int id, List<int> ids, List<int>? byteCounts)
    {
        if (id == Unreached && _bytes is not null)
        {
            foreach (var value in Encoding.UTF8.GetBytes(text.ToString()))
            {
                ids.Add(_bytes[value]);
                byteCounts?.Add(1);
            }

            return;
        }

        ids.Add(id != Unreached ? id : _unknownId ?? throw new FormatException(
            $"tokenizer.json: the model 'Unigram' has no 'unk_id', and no token writes '{text}'. Give it one, or byte tokens."));
        byteCounts?.Add(Encoding.UTF8.GetByteCount(text));
    }

    // For every position where a token may end: where the best one begins, and its id.
    private void Search(ReadOnlySpan<char> piece, Span<int> starts, Span<int> ids)
    {
        var scores = ArrayPool<double>.Shared.Rent(starts.Length);
        starts.Fill(Unreached);
        scores[0] = 0;
        for (var start = 0; start < piece.Length;)
        {
            _ = Rune.DecodeFromUtf16(piece[start..], out _, out var length);
            var writesCharacter = false;
            var node = 0;
            for (var end = start; end < piece.Length && _tree.TryStep(ref node, piece[end]);)
            {
                end++;
                if (_tree[node] is var id && id == Unreached)
                    continue;
                Reach(end, scores[start] + _scores[id], id, start, scores, starts, ids);
                writesCharacter |= end == start + length;
            }

            if (!writesCharacter)
                Reach(start + length, scores[start] + _unknownScore, Unreached, start, scores, starts, ids);
            start += length;
        }

        ArrayPool<double>.Shared.Return(scores);
    }

    private static void Reach(int end, double score, int id, int start, double[] scores, Span<int> starts, Span<int> ids)
    {
        if (starts[end] != Unreached && score <= scores[end])
            return;
        (scores[end], starts[end], ids[end]) = (score, start, id);
    }

    private static int[]? ByteTokens(IReadOnlyList<(string Token, double Score)> tokens)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < tokens.Count; id++)
            ids[tokens[id].Token] = id;
        var bytes = new int[256];
        for (var value = 0; value < bytes.Length; value++)
        {
            if (!ids.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), out bytes[value]))
                return null;
        }

        return bytes;
    }
}
