namespace Microsoft.ML.Alignment.Models;

/// <summary>What distinguishes a family of decoders, as data: one network computes all of them.</summary>
internal sealed record DecoderFamily
{
    /// <summary>Gets the <c>model_type</c> of its configuration files.</summary>
    public required string ModelType { get; init; }

    /// <summary>Gets the names of its weights.</summary>
    public required DecoderNames Names { get; init; }

    /// <summary>Gets the switch that gives the projections of attention biases; null if they have none.</summary>
    public string? AttentionBiasKey { get; init; }

    /// <summary>Gets the switch that gives the projections of the feed-forward block biases; null if they have none.</summary>
    public string? MlpBiasKey { get; init; }

    /// <summary>Gets ends of the names of buffers that some checkpoints store beside the weights and that are computed here.</summary>
    public IReadOnlyList<string> IgnoredBuffers { get; init; } = [];

    /// <summary>Llama 1 to 3, and models built like them: SmolLM 1 and 2, TinyLlama.</summary>
    private static readonly DecoderFamily Llama = new()
    {
        ModelType = "llama",
        Names = new(),
        AttentionBiasKey = "attention_bias",
        MlpBiasKey = "mlp_bias",
        IgnoredBuffers = [".rotary_emb.inv_freq"],
    };

    private static readonly Dictionary<string, DecoderFamily> All = new DecoderFamily[] { Llama }.ToDictionary(f => f.ModelType);

    /// <summary>Finds a family.</summary>
    /// <exception cref="NotSupportedException">There is no such family; the message lists those there are.</exception>
    public static DecoderFamily Of(string? modelType) => modelType is not null && All.TryGetValue(modelType, out var family)
        ? family
        : throw new NotSupportedException(
            $"{ModelFiles.Config}: model_type '{modelType}' is not implemented; implemented are {string.Join(", ", All.Keys.Order())}.");
}

/// <summary>Names of a decoder's weights, as its checkpoints spell them. Those of a layer stand behind its prefix.</summary>
internal sealed record DecoderNames
{
    /// <summary>Gets the token embedding.</summary>
    public string Embedding { get; init; } = "model.embed_tokens.weight";

    /// <summary>Gets the prefix of a layer; <c>{0}</c> is its index.</summary>
    public string LayerPrefix { get; init; } = "model.layers.{0}.";

    /// <summary>Gets the norm before attention.</summary>
    public string AttentionNorm { get; init; } = "input_layernorm.weight";

    /// <summary>Gets the projection to queries.</summary>
    public string Query { get; init; } = "self_attn.q_proj";

    /// <summary>Gets the projection to keys.</summary>
    public string Key { get; init; } = "self_attn.k_proj";

    /// <summary>Gets the projection to values.</summary>
    public string Value { get; init; } = "self_attn.v_proj";

    /// <summary>Gets the projection behind attention.</summary>
    public string Output { get; init; } = "self_attn.o_proj";

    /// <summary>Gets the norm before the feed-forward block.</summary>
    public string MlpNorm { get; init; } = "post_attention_layernorm.weight";

    /// <summary>Gets the projection to gates.</summary>
    public string Gate { get; init; } = "mlp.gate_proj";

    /// <summary>Gets the projection that gates multiply.</summary>
    public string Up { get; init; } = "mlp.up_proj";

    /// <summary>Gets the projection back to the width.</summary>
    public string Down { get; init; } = "mlp.down_proj";

    /// <summary>Gets the last norm.</summary>
    public string FinalNorm { get; init; } = "model.norm.weight";

    /// <summary>Gets the head's path.</summary>
    public string Head { get; init; } = "lm_head";
}
