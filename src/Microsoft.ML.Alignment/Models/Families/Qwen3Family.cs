namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>Qwen 3 (arXiv:2505.09388): norms of the heads of queries and keys.</summary>
internal sealed class Qwen3Family : DecoderFamily
{
    /// <inheritdoc/>
    public override string ModelType => "qwen3";

    /// <inheritdoc/>
    public override string Architecture => "Qwen3ForCausalLM";

    /// <inheritdoc/>
    public override DecoderNames Names { get; } = new()
    {
        QueryNorm = new("self_attn.q_norm", "attn_q_norm"),
        KeyNorm = new("self_attn.k_norm", "attn_k_norm"),
    };

    /// <inheritdoc/>
    public override ConfigKeys Keys { get; } = new() { DefaultHeadSize = 128 };

    /// <inheritdoc/>
    public override GgufFacts Gguf { get; } = new("qwen3");

    /// <inheritdoc/>
    public override ModelConfig Read(ModelConfigReader reader)
    {
        var hasBias = reader.Settings.IsOn("attention_bias");
        return reader.WithUpperWindows(reader.Common()) with
        {
            QueryKeyNorm = QueryKeyNorm.Head,
            HasQueryKeyValueBias = hasBias,
            HasOutputBias = hasBias,
        };
    }
}
