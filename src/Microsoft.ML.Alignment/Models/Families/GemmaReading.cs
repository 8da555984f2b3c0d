using System.Text.Json.Nodes;

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

    /// <summary>Gets how they say what all families say.</summary>
    public static ConfigKeys Keys { get; } = new()
    {
        TiesByDefault = true,
        DefaultHeadSize = 256,
        Activation = ["hidden_act", "hidden_activation"],
        Activations = ["gelu_pytorch_tanh"],
    };

    /// <summary>
    /// What GGUF files say otherwise. They do not say by what scores are divided, which is the root of a head's width, but in the largest
    /// model of a generation that of the width over the number of heads.
    /// </summary>
    /// <param name="architecture">The generation.</param>
    /// <param name="layersOfLargest">The number of layers of its largest model.</param>
    /// <param name="settings">Settings that it has beside those of all.</param>
    public static GgufFacts Gguf(string architecture, int layersOfLargest, params (string Key, string ConfigKey)[] settings) => new(architecture)
    {
        NormsArePlusOne = true,
        Settings =
        [
            ("attention.sliding_window", "sliding_window"), ("attn_logit_softcapping", "attn_logit_softcapping"),
            ("final_logit_softcapping", "final_logit_softcapping"), ("rope.freq_base_swa", "rope_local_base_freq"),
            .. settings,
        ],
        Complete = config => config["query_pre_attn_scalar"] = Number(config, "num_hidden_layers") == layersOfLargest
            ? Number(config, "hidden_size") / Number(config, "num_attention_heads") : Number(config, "head_dim"),
    };

    private static int Number(JsonObject config, string key) => config[key]!.GetValue<int>();

    /// <summary>What their keys say.</summary>
    public static ModelConfig Read(ModelConfigReader reader)
    {
        var hasBias = reader.Settings.IsOn("attention_bias");
        var config = reader.Common();
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
