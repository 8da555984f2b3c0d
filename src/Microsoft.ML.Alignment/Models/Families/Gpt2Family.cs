namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>
/// GPT-2: learned positions, layer norms, one projection to queries, keys and values, a feed-forward block without gates, matrices as
/// [in, out].
/// </summary>
internal sealed class Gpt2Family : DecoderFamily
{
    private const string Prefix = "transformer.";
    private const string Head = "lm_head.";
    private const string RewardHead = "score.";

    /// <inheritdoc/>
    public override string ModelType => "gpt2";

    /// <inheritdoc/>
    public override string Architecture => "GPT2LMHeadModel";

    /// <inheritdoc/>
    public override DecoderNames Names { get; } = new()
    {
        Embedding = new("transformer.wte", "token_embd"),
        Positions = new("transformer.wpe", "position_embd"),
        LayerPrefix = new("transformer.h.{0}.", "blk.{0}."),
        AttentionNorm = new("ln_1", "attn_norm"),
        QueryKeyValue = [new("attn.c_attn", "attn_qkv")],
        Output = new("attn.c_proj", "attn_output"),
        MlpNorm = new("ln_2", "ffn_norm"),
        GateUp = [new("mlp.c_fc", "ffn_up")],
        IsGated = false,
        Down = new("mlp.c_proj", "ffn_down"),
        FinalNorm = new("transformer.ln_f", "output_norm"),
    };

    /// <inheritdoc/>
    public override IReadOnlyList<string> IgnoredBuffers => [".attn.bias", ".attn.masked_bias"];

    /// <inheritdoc/>
    /// <remarks>The first checkpoints have the names of the body alone.</remarks>
    public override string CanonicalName(string name) =>
        new[] { Prefix, Head, RewardHead }.Any(start => name.StartsWith(start, StringComparison.Ordinal)) ? name : Prefix + name;

    /// <inheritdoc/>
    public override ConfigKeys Keys { get; } = new()
    {
        Layers = "n_layer", Heads = "n_head", Width = "n_embd", Inner = "n_inner", InnerOfWidth = 4, Positions = "n_positions",
        Epsilon = "layer_norm_epsilon", Activation = ["activation_function"], Activations = ["gelu_new", "gelu_pytorch_tanh"],
        HasRotary = false, TiesByDefault = true,
    };

    /// <inheritdoc/>
    public override GgufFacts Gguf { get; } = new("gpt2")
    {
        Epsilon = "attention.layer_norm_epsilon",
        LinearsAreTransposed = true,
        HasRotary = false,
    };

    /// <inheritdoc/>
    public override ModelConfig Read(ModelConfigReader reader)
    {
        var settings = reader.Settings;
        if (settings.Find("scale_attn_weights") is not null && !settings.IsOn("scale_attn_weights"))
            throw new NotSupportedException($"{settings.Place}: scale_attn_weights false is not implemented; implemented is true.");
        reader.Ignore("attn_pdrop", "embd_pdrop", "resid_pdrop", "n_ctx");
        reader.Ignore("summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type", "summary_use_proj");
        return reader.Common() with
        {
            Norm = NormKind.Layer, HasQueryKeyValueBias = true, HasOutputBias = true, HasMlpBias = true, HasTransposedLinears = true,
        };
    }
}
