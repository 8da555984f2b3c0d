using System.Globalization;

namespace Microsoft.ML.Alignment.Models;

/// <summary>What a weight is, which decides how it starts and whether it decays.</summary>
internal enum WeightKind
{
    /// <summary>A matrix: of a linear layer or the embedding.</summary>
    Matrix,
    /// <summary>The bias of a linear layer.</summary>
    Bias,
    /// <summary>The scale of a norm.</summary>
    Norm,
}

/// <summary>A weight that a network has.</summary>
/// <param name="Name">Its name in checkpoints.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Kind">What it is.</param>
internal sealed record WeightSpec(string Name, long[] Shape, WeightKind Kind);

/// <summary>A linear layer that a network has.</summary>
/// <param name="Path">Its module path, without <c>.weight</c>.</param>
/// <param name="Out">Width of its output.</param>
/// <param name="In">Width of its input.</param>
/// <param name="HasBias">Whether it adds a bias.</param>
internal sealed record LinearSpec(string Path, long Out, long In, bool HasBias = false)
{
    /// <summary>Gets the weights: the matrix, <c>[out, in]</c>, and the bias, <c>[out]</c>, if there is one.</summary>
    public IEnumerable<WeightSpec> Weights => HasBias
        ? [new($"{Path}.weight", [Out, In], WeightKind.Matrix), new($"{Path}.bias", [Out], WeightKind.Bias)]
        : [new($"{Path}.weight", [Out, In], WeightKind.Matrix)];
}

/// <summary>One layer of a network.</summary>
internal sealed record LayerSpec(
    WeightSpec AttentionNorm, LinearSpec Query, LinearSpec Key, LinearSpec Value, LinearSpec Output,
    WeightSpec MlpNorm, LinearSpec Gate, LinearSpec Up, LinearSpec Down)
{
    /// <summary>Gets the linear layers.</summary>
    public IEnumerable<LinearSpec> Linears => [Query, Key, Value, Output, Gate, Up, Down];
}

/// <summary>The weights of a decoder, by name and shape: a family's names put on a configuration's numbers.</summary>
/// <param name="Embedding">The token embedding, <c>[V, D]</c>.</param>
/// <param name="Layers">The layers, first to last.</param>
/// <param name="FinalNorm">The last norm, <c>[D]</c>.</param>
/// <param name="Head">The head, <c>[V, D]</c>; where embeddings are tied its weight is the embedding.</param>
/// <param name="IsTied">Whether the head is the embedding.</param>
internal sealed record DecoderLayout(WeightSpec Embedding, IReadOnlyList<LayerSpec> Layers, WeightSpec FinalNorm, LinearSpec Head, bool IsTied)
{
    /// <summary>Gets all weights; a tied head is not among them.</summary>
    public IEnumerable<WeightSpec> Weights =>
    [
        Embedding,
        .. Layers.SelectMany(layer => layer.Linears.SelectMany(linear => linear.Weights).Append(layer.AttentionNorm).Append(layer.MlpNorm)),
        FinalNorm,
        .. IsTied ? [] : Head.Weights,
    ];

    /// <summary>The layout of a configuration.</summary>
    public static DecoderLayout Of(ModelConfig config)
    {
        var names = DecoderFamily.Of(config.ModelType).Names;
        return new(
            new(names.Embedding, [config.VocabularySize, config.HiddenSize], WeightKind.Matrix),
            [.. Enumerable.Range(0, config.LayerCount).Select(index => Layer(config, names, index))],
            Norm(names.FinalNorm, config),
            new(names.Head, config.VocabularySize, config.HiddenSize),
            config.TiesEmbeddings);
    }

    private static LayerSpec Layer(ModelConfig config, DecoderNames names, int index)
    {
        var prefix = string.Format(CultureInfo.InvariantCulture, names.LayerPrefix, index);
        var (width, inner) = (config.HiddenSize, config.IntermediateSize);
        var queries = (long)config.HeadCount * config.HeadSize;
        var keys = (long)config.KeyValueHeadCount * config.HeadSize;
        LinearSpec Attention(string name, long output, long input) => new(prefix + name, output, input, config.HasAttentionBias);
        LinearSpec Mlp(string name, long output, long input) => new(prefix + name, output, input, config.HasMlpBias);
        return new(
            Norm(prefix + names.AttentionNorm, config),
            Attention(names.Query, queries, width), Attention(names.Key, keys, width), Attention(names.Value, keys, width),
            Attention(names.Output, width, queries),
            Norm(prefix + names.MlpNorm, config),
            Mlp(names.Gate, inner, width), Mlp(names.Up, inner, width), Mlp(names.Down, width, inner));
    }

    private static WeightSpec Norm(string name, ModelConfig config) => new(name, [config.HiddenSize], WeightKind.Norm);
}
