using System.Buffers;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>The merges of a byte-pair encoding, and their application to a sequence of symbols.</summary>
/// <remarks>
/// Sennrich, Haddow and Birch, 2016, arXiv:1508.07909: the pair of the lowest rank is merged first, of equal ones the leftmost. Short
/// pieces search their pairs in a row; long ones (a whole text, where nothing splits it) keep them in a heap over a linked list, in O(n log
/// n).
/// </remarks>
internal sealed class BpeMerges
{
    private const int LongestScanned = 48;
    private const int NoRank = int.MaxValue;

    private readonly Dictionary<long, (int Rank, int Merged)> _merges;

    /// <param name="merges">Left symbol, right symbol and the symbol they become, in the order of their ranks.</param>
    public BpeMerges(IReadOnlyCollection<(int Left, int Right, int Merged)> merges)
    {
        _merges = new Dictionary<long, (int, int)>(merges.Count);
        var rank = 0;
        foreach (var (left, right, merged) in merges)
            _merges[Key(left, right)] = (rank++, merged);
    }

    /// <summary>Merges in place and returns how many symbols are left.</summary>
    public int Apply(Span<int> symbols) => symbols.Length <= LongestScanned ? Scan(symbols) : Heap(symbols);

    private int Scan(Span<int> symbols)
    {
        Span<int> ranks = stackalloc int[LongestScanned];
        var count = symbols.Length;
        for (var i = 0; i + 1 < count; i++)
            ranks[i] = RankOf(symbols[i], symbols[i + 1]);
        while (count > 1)
        {
            var best = IndexOfMinimum(ranks[..(count - 1)]);
            if (ranks[best] == NoRank)
                break;
            symbols[best] = _merges[Key(symbols[best], symbols[best + 1])].Merged;
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..(count - 1)].CopyTo(ranks[best..]);
            count--;
            if (best > 0)
                ranks[best - 1] = RankOf(symbols[best - 1], symbols[best]);
            if (best + 1 < count)
                ranks[best] = RankOf(symbols[best], symbols[best + 1]);
        }

        return count;
    }

    private int Heap(Span<int> symbols)
    {
        var links = ArrayPool<int>.Shared.Rent(2 * symbols.Length);
        var next = links.AsSpan(0, symbols.Length);
        var previous = links.AsSpan(symbols.Length, symbols.Length);
        var queue = new PriorityQueue<int, long>(symbols.Length);
        for (var i = 0; i < symbols.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1;
            if (i + 1 < symbols.Length)
                Enqueue(queue, i, symbols[i], symbols[i + 1]);
        }

        while (queue.TryDequeue(out var at, out var priority))
            MergeAt(at, (int)(priority >> 32), symbols, next, previous, queue);
        var count = 0;
        for (var i = 0; i < symbols.Length; i = next[i])
            symbols[count++] = symbols[i];
        ArrayPool<int>.Shared.Return(links);
        return count;
    }

    private void MergeAt(int at, int rank, Span<int> symbols, Span<int> next, Span<int> previous, PriorityQueue<int, long> queue)
    {
        const int Gone = -1;
        var right = next[at];
        if (symbols[at] == Gone || right >= symbols.Length)
            return;
        // An entry is stale where one of its two symbols has been merged since; its rank then is another one.
        if (!_merges.TryGetValue(Key(symbols[at], symbols[right]), out var merge) || merge.Rank != rank)
            return;
        symbols[at] = merge.Merged;
        symbols[right] = Gone;
        next[at] = next[right];
        if (next[at] < symbols.Length)
        {
            previous[next[at]] = at;
            Enqueue(queue, at, symbols[at], symbols[next[at]]);
        }

        if (previous[at] >= 0)
            Enqueue(queue, previous[at], symbols[previous[at]], symbols[at]);
    }

    private void Enqueue(PriorityQueue<int, long> queue, int at, int left, int right)
    {
        if (_merges.TryGetValue(Key(left, right), out var merge))
            queue.Enqueue(at, ((long)merge.Rank << 32) | (uint)at);
    }

    private static int IndexOfMinimum(ReadOnlySpan<int> ranks)
    {
        var best = 0;
        for (var i = 1; i < ranks.Length; i++)
        {
            if (ranks[i] < ranks[best])
                best = i;
        }

        return best;
    }

    private int RankOf(int left, int right) => _merges.TryGetValue(Key(left, right), out var merge) ? merge.Rank : NoRank;

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;
}
