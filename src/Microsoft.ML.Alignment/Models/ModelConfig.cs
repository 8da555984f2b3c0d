namespace Microsoft.ML.Alignment.Models;

/// <summary>How the norms of a network compute.</summary>
internal enum NormKind
{
    /// <summary>x / rms(x) · weight.</summary>
    Rms,
    /// <summary>x / rms(x) · (1 + weight).</summary>
    RmsPlusOne,
    /// <summary>(x − mean) / deviation · weight + bias.</summary>
    Layer,
}

/// <summary>What the norms of queries and keys run over.</summary>
internal enum QueryKeyNorm
{
    /// <summary>There are none.</summary>
    None,
    /// <summary>Each head.</summary>
    Head,
    /// <summary>All heads together.</summary>
    Whole,
}

/// <summary>The function of the feed-forward block.</summary>
internal enum Activation
{
    /// <summary>x · sigmoid(x).</summary>
    Silu,
    /// <summary>x · Φ(x), Φ by its approximation with tanh.</summary>
    GeluTanh,
}

/// <summary>What distinguishes a layer from others of its network.</summary>
/// <param name="Rotary">How queries and keys turn by their positions; null if they do not.</param>
/// <param name="Window">Positions that a token sees, its own included; null for all before it.</param>
internal sealed record LayerConfig(RotaryConfig? Rotary, int? Window = null);

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

    /// <summary>Gets the family.</summary>
    public required DecoderFamily Family { get; init; }

    /// <summary>Gets the family's name, e.g. <c>llama</c>.</summary>
    public string ModelType => Family.ModelType;

    /// <summary>Gets the vocabulary size, V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Gets the width, D.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Gets the width inside the feed-forward block.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Gets the number of layers.</summary>
    public int LayerCount => Layers.Count;

    /// <summary>Gets what distinguishes the layers, first to last.</summary>
    public required IReadOnlyList<LayerConfig> Layers { get; init; }

    /// <summary>Gets the number of query heads, H.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Gets the number of key and value heads, K; it divides H.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Gets the width of a head, d; even.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Gets the number of positions the model was made for.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Gets how the norms compute. The default is <see cref="NormKind.Rms"/>.</summary>
    public NormKind Norm { get; init; }

    /// <summary>Gets the term under the root of the norms.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Gets what the norms of queries and keys run over. The default is <see cref="QueryKeyNorm.None"/>.</summary>
    public QueryKeyNorm QueryKeyNorm { get; init; }

    /// <summary>Gets the function of the feed-forward block. The default is <see cref="Activation.Silu"/>.</summary>
    public Activation Activation { get; init; }

    /// <summary>Gets whether the projections to queries, keys and values have biases.</summary>
    public bool HasQueryKeyValueBias { get; init; }

    /// <summary>Gets whether the projection behind attention has a bias.</summary>
    public bool HasOutputBias { get; init; }

    /// <summary>Gets whether the projections of the feed-forward block have biases.</summary>
    public bool HasMlpBias { get; init; }

    /// <summary>Gets whether checkpoints hold the matrices of linear layers as [in, out].</summary>
    public bool HasTransposedLinears { get; init; }

    /// <summary>Gets what products of queries and keys are multiplied by; null for 1 / √d.</summary>
    public double? AttentionScale { get; init; }

    /// <summary>Gets c where scores x of attention become c · tanh(x / c); null if they do not.</summary>
    public double? AttentionSoftCap { get; init; }

    /// <summary>Gets what embeddings are multiplied by. The default is 1.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>Gets what attention and the feed-forward block are multiplied by before they are added. The default is 1.</summary>
    public double ResidualScale { get; init; } = 1;

    /// <summary>Gets what logits are multiplied by. The default is 1.</summary>
    public double LogitScale { get; init; } = 1;

    /// <summary>Gets c where logits x become c · tanh(x / c); null if they do not.</summary>
    public double? LogitSoftCap { get; init; }

    /// <summary>Gets whether the head is the token embedding.</summary>
    public bool TiesEmbeddings { get; init; }

    /// <summary>Gets the standard deviation of fresh weights. The default is 0.02.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Gets the id a text starts with; null if none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Gets the ids that end a completion; the first is the one written.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }
}
