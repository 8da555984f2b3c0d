using System.Collections.Concurrent;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Encodes pieces of text; short ones are remembered. Safe to use from several threads.</summary>
internal abstract class TokenModel
{
    /// <summary>The length of the longest piece that is remembered.</summary>
    protected const int LongestCached = 64;

    private const int MostCached = 1 << 16;

    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _cacheBySpan;
    private int _cached;

    /// <summary>Makes a model that remembers nothing yet.</summary>
    protected TokenModel() => _cacheBySpan = _cache.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Adds the ids of a piece.</summary>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.Length > LongestCached)
        {
            ids.AddRange(Compute(piece).AsSpan());
            return;
        }

        if (!_cacheBySpan.TryGetValue(piece, out var known))
        {
            known = Compute(piece);
            if (Volatile.Read(ref _cached) < MostCached && _cacheBySpan.TryAdd(piece, known))
                Interlocked.Increment(ref _cached);
        }

        ids.AddRange(known.AsSpan());
    }

    /// <summary>How many UTF-8 bytes of a piece each of its tokens stands for.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="ids">Its ids.</param>
    /// <param name="tokenOfId">The vocabulary.</param>
    public abstract IReadOnlyList<int> ByteCounts(ReadOnlySpan<char> piece, List<int> ids, IReadOnlyDictionary<int, string> tokenOfId);

    /// <summary>The ids of a piece.</summary>
    protected abstract int[] Compute(ReadOnlySpan<char> piece);
}
