namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>OLMo 2 (arXiv:2501.00656): norms only of what is added, and of all queries and all keys of a token together.</summary>
internal sealed class Olmo2Family : DecoderFamily
{
    /// <inheritdoc/>
    public override string ModelType => "olmo2";

    /// <inheritdoc/>
    public override string Architecture => "Olmo2ForCausalLM";

    /// <inheritdoc/>
    public override DecoderNames Names { get; } = new()
    {
        AttentionNorm = null,
        QueryNorm = new("self_attn.q_norm", "attn_q_norm"),
        KeyNorm = new("self_attn.k_norm", "attn_k_norm"),
        AddedAttentionNorm = new("post_attention_layernorm", "post_attention_norm"),
        MlpNorm = null,
        AddedMlpNorm = new("post_feedforward_layernorm", "post_ffw_norm"),
    };

    /// <inheritdoc/>
    public override GgufFacts Gguf { get; } = new("olmo2");

    /// <inheritdoc/>
    public override ModelConfig Read(ModelConfigReader reader)
    {
        var hasBias = reader.Settings.IsOn("attention_bias");
        return reader.Common() with { QueryKeyNorm = QueryKeyNorm.Whole, HasQueryKeyValueBias = hasBias, HasOutputBias = hasBias };
    }
}
