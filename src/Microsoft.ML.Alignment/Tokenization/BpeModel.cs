using System.Collections.Concurrent;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>A byte-pair encoding: pieces of text to ids. Safe to use from several threads.</summary>
internal sealed class BpeModel
{
    private const int LongestCached = 64;
    private const int MostCached = 1 << 16;

    private readonly BpeSymbols _symbols;
    private readonly BpeMerges _merges;
    private readonly IReadOnlyDictionary<string, int>? _wholePieces;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _cacheBySpan;
    private int _cached;

    /// <param name="symbols">The smallest symbols.</param>
    /// <param name="merges">The merges.</param>
    /// <param name="wholePieces">Pieces that are tokens as they stand (<c>ignore_merges</c>); null if merges always decide.</param>
    public BpeModel(BpeSymbols symbols, BpeMerges merges, IReadOnlyDictionary<string, int>? wholePieces)
    {
        _symbols = symbols;
        _merges = merges;
        _wholePieces = wholePieces;
        _cacheBySpan = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The smallest symbols.</summary>
    public BpeSymbols Symbols => _symbols;

    /// <summary>Adds the ids of a piece.</summary>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.Length > LongestCached)
        {
            EncodeLong(piece, ids);
            return;
        }

        if (!_cacheBySpan.TryGetValue(piece, out var known))
        {
            known = Compute(piece, stackalloc int[BpeSymbols.Bound(LongestCached)]);
            if (Volatile.Read(ref _cached) < MostCached && _cacheBySpan.TryAdd(piece, known))
                Interlocked.Increment(ref _cached);
        }

        ids.AddRange(known.AsSpan());
    }

    private int[] Compute(ReadOnlySpan<char> piece, Span<int> symbols)
    {
        if (_wholePieces is not null && _wholePieces.TryGetValue(_symbols.Spell(piece), out var whole))
            return [whole];
        var count = _symbols.Fill(piece, symbols);
        return symbols[.._merges.Apply(symbols[..count])].ToArray();
    }

    private void EncodeLong(ReadOnlySpan<char> piece, List<int> ids) =>
        ids.AddRange(Compute(piece, new int[BpeSymbols.Bound(piece.Length)]).AsSpan());
}
