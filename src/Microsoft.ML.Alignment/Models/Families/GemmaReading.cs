namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>What the later generations of Gemma have in common.</summary>
internal static class GemmaReading
{
    private const int DefaultQueryScale = 256;

    /// <summary>Gets the names of the weights of generation 2.</summary>
    public static DecoderNames Names { get; } = new()
    {
        AddedAttentionNorm = new("post_attention_layernorm", "post_attention_norm"),
        MlpNorm = new("pre_feedforward_layernorm", "ffn_norm"),
        AddedMlpNorm = new("post_feedforward_layernorm", "post_ffw_norm"),
    };

    /// <summary>What their keys say.</summary>
    /// <param name="reader">The keys.</param>
    /// <param name="hasOneRotary">Whether all layers turn alike, by the keys of most families.</param>
    public static ModelConfig Read(ModelConfigReader reader, bool hasOneRotary = true)
    {
        var hasBias = reader.Settings.IsOn("attention_bias");
        var config = reader.Common(new()
        {
            TiesByDefault = true,
            HasRotary = hasOneRotary,
            DefaultHeadSize = 256,
            Activation = ["hidden_act", "hidden_activation"],
            Activations = ["gelu_pytorch_tanh"],
        });
        return config with
        {
            Norm = NormKind.RmsPlusOne,
            EmbeddingScale = Math.Sqrt(config.HiddenSize),
            AttentionScale = Math.Pow(reader.Settings.FindPositive("query_pre_attn_scalar") ?? DefaultQueryScale, -0.5),
            AttentionSoftCap = reader.Settings.FindPositive("attn_logit_softcapping"),
            LogitSoftCap = reader.Settings.FindPositive("final_logit_softcapping"),
            HasQueryKeyValueBias = hasBias,
            HasOutputBias = hasBias,
        };
    }
}
