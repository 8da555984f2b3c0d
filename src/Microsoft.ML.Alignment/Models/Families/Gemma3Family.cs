namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>
/// The text model of Gemma 3 (arXiv:2503.19786): Gemma 2 with norms of queries and keys in the place of capped scores; layers with a window
/// turn by other frequencies than those without.
/// </summary>
internal sealed class Gemma3Family : DecoderFamily
{
    private const double GlobalTheta = 1_000_000;
    private const double LocalTheta = 10_000;
    private const int DefaultPattern = 6;

    /// <inheritdoc/>
    public override string ModelType => "gemma3_text";

    /// <inheritdoc/>
    public override string Architecture => "Gemma3ForCausalLM";

    /// <inheritdoc/>
    public override DecoderNames Names { get; } = GemmaReading.Names with
    {
        QueryNorm = new("self_attn.q_norm", "attn_q_norm"),
        KeyNorm = new("self_attn.k_norm", "attn_k_norm"),
    };

    /// <inheritdoc/>
    public override ConfigKeys Keys { get; } = GemmaReading.Keys with { HasRotary = false };

    /// <inheritdoc/>
    public override GgufFacts Gguf { get; } = GemmaReading.Gguf(
        "gemma3", layersOfLargest: 62, ("attention.sliding_window_pattern", "sliding_window_pattern"));

    /// <inheritdoc/>
    public override ModelConfig Read(ModelConfigReader reader)
    {
        var settings = reader.Settings;
        var (global, local) = ReadRotary(settings);
        var pattern = (settings.FindCount("sliding_window_pattern", int.MaxValue), settings.FindCount("_sliding_window_pattern", int.MaxValue));
        var config = GemmaReading.Read(reader);
        var layers = reader.Windowed(config.Layers, reader.Window, index => (index + 1) % (pattern.Item1 ?? pattern.Item2 ?? DefaultPattern) != 0);
        return config with
        {
            QueryKeyNorm = QueryKeyNorm.Head,
            Layers = [.. layers.Select(layer => layer with { Rotary = layer.Window is null ? global : local })],
        };
    }

    // Newer files have an embedding for each type of layer; in older ones scaling is of the layers without windows only.
    private static (RotaryConfig Global, RotaryConfig Local) ReadRotary(JsonSettings settings)
    {
        var oldTheta = settings.FindPositive("rope_theta") ?? GlobalTheta;
        var oldLocalTheta = settings.FindPositive("rope_local_base_freq") ?? LocalTheta;
        var oldScaling = settings.FindObject("rope_scaling");
        if (settings.FindObject("rope_parameters") is not { } rotary)
            return (RotaryConfigReader.Read(settings, oldScaling, oldTheta), new(oldLocalTheta));
        return (
            RotaryConfigReader.Read(settings, rotary.FindObject("full_attention") ?? rotary, oldTheta),
            RotaryConfigReader.Read(settings, rotary.FindObject("sliding_attention"), oldLocalTheta));
    }
}
