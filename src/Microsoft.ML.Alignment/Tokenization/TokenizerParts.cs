namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>The parts of a tokenizer, as <see cref="TokenizerJson"/> reads them.</summary>
internal sealed class TokenizerParts
{
    /// <summary>Ids of all tokens, added ones included.</summary>
    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }
    /// <summary>The added tokens.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }
    /// <summary>Rewrites text before it is split; null: nothing is rewritten.</summary>
    public required TextNormalizer? Normalizer { get; init; }
    /// <summary>How spaces are written before a text is split; null: as they are.</summary>
    public required SpaceMark? SpaceMark { get; init; }
    /// <summary>Splits text into pieces; null: a text is one piece.</summary>
    public required PieceSplitter? Splitter { get; init; }
    /// <summary>Encodes a piece.</summary>
    public required TokenModel Model { get; init; }
    /// <summary>The decoders, in order.</summary>
    public required IReadOnlyList<TokenDecoder> Decoders { get; init; }
    /// <summary>Ids that belong before a text.</summary>
    public required IReadOnlyList<int> Prefix { get; init; }
    /// <summary>Ids that belong behind a text.</summary>
    public required IReadOnlyList<int> Suffix { get; init; }
}
