namespace Microsoft.ML.Alignment.Models;

/// <summary>What a <c>config.json</c> says of a decoder; whatever changes numbers and is not implemented is refused by name.</summary>
internal sealed record ModelConfig
{
    /// <summary>
    /// Reads both key styles of <c>config.json</c>; stop ids come from <c>generation_config.json</c> too, where there is one.
    /// </summary>
    /// <exception cref="NotSupportedException">An architecture or a switch that is not implemented.</exception>
    /// <exception cref="InvalidDataException">A value that is missing or makes no sense.</exception>
    public static ModelConfig Parse(string configJson, string? generationConfigJson) =>
        ModelConfigReader.Read(
            JsonSettings.Parse(configJson, ModelFiles.Config),
            generationConfigJson is null ? null : JsonSettings.Parse(generationConfigJson, ModelFiles.GenerationConfig));

    /// <summary>Gets the family, e.g. <c>llama</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>Gets the vocabulary size, V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Gets the width, D.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Gets the width inside the feed-forward block.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Gets the number of layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Gets the number of query heads, H.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Gets the number of key and value heads, K; it divides H.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Gets the width of a head, d; even.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Gets the number of positions the model was made for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Gets the term under the root of the norms.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Gets the position embedding.</summary>
    public required RotaryConfig Rotary { get; init; }

    /// <summary>Gets whether the projections of attention have biases.</summary>
    public bool HasAttentionBias { get; init; }

    /// <summary>Gets whether the projections of the feed-forward block have biases.</summary>
    public bool HasMlpBias { get; init; }

    /// <summary>Gets whether the head is the token embedding.</summary>
    public bool TiesEmbeddings { get; init; }

    /// <summary>Gets the standard deviation of fresh weights. The default is 0.02.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Gets the id a text starts with; null if none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Gets the ids that end a completion; the first is the one written.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }
}
