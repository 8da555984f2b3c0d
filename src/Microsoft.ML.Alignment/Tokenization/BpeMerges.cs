using System.Buffers;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>The merges of a byte-pair encoding, and their application to a sequence of symbols.</summary>
/// <remarks>
/// Sennrich, Haddow and Birch, 2016, arXiv:1508.07909: the pair of the lowest rank is merged first, of equal ones the leftmost. Short
/// pieces search their pairs in a row; long ones (a whole text, where nothing splits it) keep the places of each rank's pairs, in a linked
/// list of symbols.
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
    public int Apply(Span<int> symbols) => symbols.Length <= LongestScanned ? Scan(symbols) : ByRank(symbols);

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

    private int ByRank(Span<int> symbols)
    {
        var links = ArrayPool<int>.Shared.Rent(2 * symbols.Length);
        var next = links.AsSpan(0, symbols.Length);
        var previous = links.AsSpan(symbols.Length, symbols.Length);
        var waiting = new WaitingPairs();
        for (var i = 0; i < symbols.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1;
            if (i + 1 < symbols.Length)
                Add(waiting, i, symbols[i], symbols[i + 1]);
        }

        while (waiting.TryTake(out var rank, out var places))
        {
            for (var i = 0; i < places.Count; i++)
            {
                MergeAt(places[i], rank, symbols, next, previous, waiting);
                if (!waiting.HasBelow(rank))
                    continue;
                waiting.PutBack(rank, places, i + 1);
                break;
            }
        }

        var count = 0;
        for (var i = 0; i < symbols.Length; i = next[i])
            symbols[count++] = symbols[i];
        ArrayPool<int>.Shared.Return(links);
        return count;
    }

    private void MergeAt(int at, int rank, Span<int> symbols, Span<int> next, Span<int> previous, WaitingPairs waiting)
    {
        const int Gone = -1;
        var right = next[at];
        if (symbols[at] == Gone || right >= symbols.Length)
            return;
        // A place is stale where one of its two symbols has been merged since; its rank then is another one.
        if (!_merges.TryGetValue(Key(symbols[at], symbols[right]), out var merge) || merge.Rank != rank)
            return;
        symbols[at] = merge.Merged;
        symbols[right] = Gone;
        next[at] = next[right];
        if (next[at] < symbols.Length)
        {
            previous[next[at]] = at;
            Add(waiting, at, symbols[at], symbols[next[at]]);
        }

        if (previous[at] >= 0)
            Add(waiting, previous[at], symbols[previous[at]], symbols[at]);
    }

    private void Add(WaitingPairs waiting, int at, int left, int right)
    {
        if (_merges.TryGetValue(Key(left, right), out var merge))
            waiting.Add(merge.Rank, at);
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

    /// <summary>Where pairs wait to be merged, by their rank.</summary>
    private sealed class WaitingPairs
    {
        private readonly Dictionary<int, List<int>> _places = [];
        private readonly PriorityQueue<int, int> _ranks = new();
        private int _lastRank = NoRank;
        private List<int> _last = [];

        /// <summary>Adds a place.</summary>
        public void Add(int rank, int place)
        {
            if (rank != _lastRank)
                (_lastRank, _last) = (rank, PlacesOf(rank));
            _last.Add(place);
        }

        /// <summary>Takes the places of the lowest rank, in order; false if there are none.</summary>
        public bool TryTake(out int rank, out List<int> places)
        {
            places = [];
            if (!_ranks.TryDequeue(out rank, out _))
                return false;
            _places.Remove(rank, out places!);
            _lastRank = NoRank;
            places.Sort();
            return true;
        }

        /// <summary>Whether pairs of a lower rank wait.</summary>
        public bool HasBelow(int rank) => _ranks.TryPeek(out var lowest, out _) && lowest < rank;

        /// <summary>Puts back what was taken, from an index on.</summary>
        public void PutBack(int rank, List<int> places, int from)
        {
            if (from < places.Count)
                PlacesOf(rank).AddRange(places.GetRange(from, places.Count - from));
        }

        private List<int> PlacesOf(int rank)
        {
            if (_places.TryGetValue(rank, out var places))
                return places;
            _ranks.Enqueue(rank, rank);
            return _places[rank] = [];
        }
    }
}
