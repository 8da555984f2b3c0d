namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>
/// Phi 3, 3.5 and 4 (arXiv:2404.14219): one projection to queries, keys and values, one to gates and what they multiply; a part of each head
/// may stay as it is.
/// </summary>
/// <remarks>
/// With LongRoPE a text beyond the original length has other frequencies from its first token on, so that texts of a batch would depend on
/// its longest. <see cref="ModelConfig.MaxPositions"/> is the original length then.
/// </remarks>
internal sealed class Phi3Family : DecoderFamily
{
    /// <inheritdoc/>
    public override string ModelType => "phi3";

    /// <inheritdoc/>
    public override string Architecture => "Phi3ForCausalLM";

    /// <inheritdoc/>
    public override DecoderNames Names { get; } = new()
    {
        QueryKeyValue = [new("self_attn.qkv_proj", "attn_qkv")],
        GateUp = [new("mlp.gate_up_proj", "ffn_up")],
    };

    /// <inheritdoc/>
    public override ConfigKeys Keys { get; } = new() { TurnsPartOfHeads = true };

    /// <inheritdoc/>
    public override GgufFacts Gguf { get; } = new("phi3") { Settings = [("attention.sliding_window", "sliding_window")] };

    /// <inheritdoc/>
    public override ModelConfig Read(ModelConfigReader reader)
    {
        reader.Ignore("embd_pdrop", "resid_pdrop");
        var config = reader.Common();
        var scaling = config.Layers[0].Rotary!.Scaling as LongRotaryScaling;
        return config with
        {
            Layers = reader.Windowed(config.Layers, reader.Window, _ => true),
            MaxPositions = Math.Min(config.MaxPositions, scaling?.OriginalPositions ?? config.MaxPositions),
        };
    }
}
