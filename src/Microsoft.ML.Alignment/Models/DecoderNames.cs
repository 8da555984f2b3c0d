namespace Microsoft.ML.Alignment.Models;

/// <summary>The path of a module that has weights: <c>{path}.weight</c> and, if it has one, <c>{path}.bias</c>.</summary>
/// <param name="HuggingFace">In Hugging Face folders, e.g. <c>self_attn.q_proj</c>.</param>
/// <param name="Gguf">In GGUF files, e.g. <c>attn_q</c>.</param>
internal sealed record WeightName(string HuggingFace, string Gguf);

/// <summary>
/// The modules of a decoder by their paths; those of a layer stand behind its prefix. What a family does not have is null. The defaults are
/// Llama's.
/// </summary>
internal sealed record DecoderNames
{
    /// <summary>Gets the token embedding.</summary>
    public WeightName Embedding { get; init; } = new("model.embed_tokens", "token_embd");

    /// <summary>Gets the embedding of positions; null where attention turns by them.</summary>
    public WeightName? Positions { get; init; }

    /// <summary>Gets the prefix of a layer; <c>{0}</c> is its index.</summary>
    public WeightName LayerPrefix { get; init; } = new("model.layers.{0}.", "blk.{0}.");

    /// <summary>Gets the norm before attention.</summary>
    public WeightName? AttentionNorm { get; init; } = new("input_layernorm", "attn_norm");

    /// <summary>Gets the projections to queries, keys and values, or the one that is all three in this order.</summary>
    public IReadOnlyList<WeightName> QueryKeyValue { get; init; } =
        [new("self_attn.q_proj", "attn_q"), new("self_attn.k_proj", "attn_k"), new("self_attn.v_proj", "attn_v")];

    /// <summary>Gets the norm of queries.</summary>
    public WeightName? QueryNorm { get; init; }

    /// <summary>Gets the norm of keys.</summary>
    public WeightName? KeyNorm { get; init; }

    /// <summary>Gets the projection behind attention.</summary>
    public WeightName Output { get; init; } = new("self_attn.o_proj", "attn_output");

    /// <summary>Gets the norm of what attention adds.</summary>
    public WeightName? AddedAttentionNorm { get; init; }

    /// <summary>Gets the norm before the feed-forward block.</summary>
    public WeightName? MlpNorm { get; init; } = new("post_attention_layernorm", "ffn_norm");

    /// <summary>
    /// Gets the projections into the feed-forward block: to gates and what they multiply, or the one that is both in this order, or, where
    /// <see cref="IsGated"/> is false, the only one.
    /// </summary>
    public IReadOnlyList<WeightName> GateUp { get; init; } = [new("mlp.gate_proj", "ffn_gate"), new("mlp.up_proj", "ffn_up")];

    /// <summary>Gets whether the feed-forward block has gates.</summary>
    public bool IsGated { get; init; } = true;

    /// <summary>Gets the projection back to the width.</summary>
    public WeightName Down { get; init; } = new("mlp.down_proj", "ffn_down");

    /// <summary>Gets the norm of what the feed-forward block adds.</summary>
    public WeightName? AddedMlpNorm { get; init; }

    /// <summary>Gets the last norm.</summary>
    public WeightName FinalNorm { get; init; } = new("model.norm", "output_norm");

    /// <summary>Gets the head.</summary>
    public WeightName Head { get; init; } = new("lm_head", "output");
}
