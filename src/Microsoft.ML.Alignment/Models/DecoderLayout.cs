using System.Globalization;

namespace Microsoft.ML.Alignment.Models;

/// <summary>What a weight is, which decides how it starts and whether it decays.</summary>
internal enum WeightKind
{
    /// <summary>A matrix: of a linear layer or an embedding. It starts random.</summary>
    Matrix,
    /// <summary>A bias. It starts at 0.</summary>
    Bias,
    /// <summary>The scale of a norm. It starts at 1.</summary>
    Norm,
    /// <summary>The scale of a norm less 1. It starts at 0.</summary>
    NormLessOne,
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
/// <param name="IsTransposed">Whether checkpoints hold its matrix as [in, out].</param>
internal sealed record LinearSpec(string Path, long Out, long In, bool HasBias = false, bool IsTransposed = false)
{
    /// <summary>Gets the weights: the matrix, <c>[out, in]</c> unless transposed, and the bias, <c>[out]</c>, if there is one.</summary>
    public IEnumerable<WeightSpec> Weights
    {
        get
        {
            yield return new($"{Path}.weight", IsTransposed ? [In, Out] : [Out, In], WeightKind.Matrix);
            if (HasBias)
                yield return new($"{Path}.bias", [Out], WeightKind.Bias);
        }
    }
}

/// <summary>A norm that a network has.</summary>
/// <param name="Path">Its module path, without <c>.weight</c>.</param>
/// <param name="Width">What it runs over.</param>
/// <param name="Kind">How it computes.</param>
internal sealed record NormSpec(string Path, long Width, NormKind Kind)
{
    /// <summary>Gets the weights: the scale and, for a layer norm, the bias, <c>[width]</c> each.</summary>
    public IEnumerable<WeightSpec> Weights
    {
        get
        {
            yield return new($"{Path}.weight", [Width], Kind == NormKind.RmsPlusOne ? WeightKind.NormLessOne : WeightKind.Norm);
            if (Kind == NormKind.Layer)
                yield return new($"{Path}.bias", [Width], WeightKind.Bias);
        }
    }
}

/// <summary>One layer of a network; what it does not have is null.</summary>
internal sealed record LayerSpec(
    NormSpec? AttentionNorm, IReadOnlyList<LinearSpec> QueryKeyValue, NormSpec? QueryNorm, NormSpec? KeyNorm, LinearSpec Output,
    NormSpec? AddedAttentionNorm, NormSpec? MlpNorm, IReadOnlyList<LinearSpec> GateUp, LinearSpec Down, NormSpec? AddedMlpNorm)
{
    /// <summary>Gets the linear layers.</summary>
    public IEnumerable<LinearSpec> Linears => [.. QueryKeyValue, Output, .. GateUp, Down];

    /// <summary>Gets the weights.</summary>
    public IEnumerable<WeightSpec> Weights => Linears.SelectMany(linear => linear.Weights).Concat(
        new[] { AttentionNorm, MlpNorm, QueryNorm, KeyNorm, AddedAttentionNorm, AddedMlpNorm }.OfType<NormSpec>().SelectMany(norm => norm.Weights));
}

/// <summary>The weights of a decoder, by name and shape: a family's names put on a configuration's numbers.</summary>
/// <param name="Embedding">The token embedding, <c>[V, D]</c>.</param>
/// <param name="Positions">The embedding of positions, <c>[P, D]</c>; null where attention turns by them.</param>
/// <param name="Layers">The layers, first to last.</param>
/// <param name="FinalNorm">The last norm, over D.</param>
/// <param name="Head">The head, <c>[V, D]</c>; where embeddings are tied its weight is the embedding.</param>
/// <param name="IsTied">Whether the head is the embedding.</param>
internal sealed record DecoderLayout(
    WeightSpec Embedding, WeightSpec? Positions, IReadOnlyList<LayerSpec> Layers, NormSpec FinalNorm, LinearSpec Head, bool IsTied)
{
    /// <summary>Gets all weights; a tied head is not among them.</summary>
    public IEnumerable<WeightSpec> Weights =>
    [
        Embedding,
        .. Positions is null ? [] : new[] { Positions },
        .. Layers.SelectMany(layer => layer.Weights),
        .. FinalNorm.Weights,
        .. IsTied ? [] : Head.Weights,
    ];

    /// <summary>The layout of a configuration.</summary>
    public static DecoderLayout Of(ModelConfig config)
    {
        var names = config.Family.Names;
        WeightSpec Embedding(WeightName name, long rows) => new($"{name.HuggingFace}.weight", [rows, config.HiddenSize], WeightKind.Matrix);
        return new(
            Embedding(names.Embedding, config.VocabularySize),
            names.Positions is null ? null : Embedding(names.Positions, config.MaxPositions),
            [.. Enumerable.Range(0, config.LayerCount).Select(index => Layer(config, names, index))],
            new(names.FinalNorm.HuggingFace, config.HiddenSize, config.Norm),
            new(names.Head.HuggingFace, config.VocabularySize, config.HiddenSize),
            config.TiesEmbeddings);
    }

    private static LayerSpec Layer(ModelConfig config, DecoderNames names, int index)
    {
        var prefix = string.Format(CultureInfo.InvariantCulture, names.LayerPrefix.HuggingFace, index);
        var (width, inner) = (config.HiddenSize, config.IntermediateSize);
        var queries = (long)config.HeadCount * config.HeadSize;
        var keys = (long)config.KeyValueHeadCount * config.HeadSize;
        return new(
            Norm(names.AttentionNorm, width),
            Linears(names.QueryKeyValue, [queries, keys, keys], config.HasQueryKeyValueBias),
            Norm(names.QueryNorm, config.QueryKeyNorm == QueryKeyNorm.Whole ? queries : config.HeadSize),
            Norm(names.KeyNorm, config.QueryKeyNorm == QueryKeyNorm.Whole ? keys : config.HeadSize),
            Linear(names.Output, width, queries, config.HasOutputBias),
            Norm(names.AddedAttentionNorm, width),
            Norm(names.MlpNorm, width),
            Linears(names.GateUp, names.IsGated ? [inner, inner] : [inner], config.HasMlpBias),
            Linear(names.Down, width, inner, config.HasMlpBias),
            Norm(names.AddedMlpNorm, width));

        NormSpec? Norm(WeightName? name, long over) => name is null ? null : new(prefix + name.HuggingFace, over, config.Norm);

        LinearSpec Linear(WeightName name, long output, long input, bool hasBias) =>
            new(prefix + name.HuggingFace, output, input, hasBias, config.HasTransposedLinears);

        // Parts that have one name are one matrix.
        LinearSpec[] Linears(IReadOnlyList<WeightName> parts, long[] outputs, bool hasBias) => parts.Count == 1
            ? [Linear(parts[0], outputs.Sum(), width, hasBias)]
            : [.. parts.Zip(outputs, (name, output) => Linear(name, output, width, hasBias))];
    }
}
