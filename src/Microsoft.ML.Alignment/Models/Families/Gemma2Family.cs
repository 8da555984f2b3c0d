namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>
/// Gemma 2 (arXiv:2408.00118): norms before and after attention and feed-forward block, with scales around 1; every second layer sees a
/// window; scores and logits are capped softly.
/// </summary>
internal sealed class Gemma2Family : DecoderFamily
{
    /// <inheritdoc/>
    public override string ModelType => "gemma2";

    /// <inheritdoc/>
    public override string Architecture => "Gemma2ForCausalLM";

    /// <inheritdoc/>
    public override DecoderNames Names { get; } = GemmaReading.Names;

    /// <inheritdoc/>
    public override ConfigKeys Keys { get; } = GemmaReading.Keys;

    /// <inheritdoc/>
    public override GgufFacts Gguf { get; } = GemmaReading.Gguf("gemma2", layersOfLargest: 46);

    /// <inheritdoc/>
    public override ModelConfig Read(ModelConfigReader reader)
    {
        var config = GemmaReading.Read(reader);
        return config with { Layers = reader.Windowed(config.Layers, reader.Window, index => index % 2 == 0) };
    }
}
