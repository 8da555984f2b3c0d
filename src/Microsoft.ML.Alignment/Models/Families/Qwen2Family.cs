namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>Qwen 2 and 2.5 (arXiv:2407.10671): biases on queries, keys and values; upper layers may see a window only.</summary>
internal sealed class Qwen2Family : DecoderFamily
{
    /// <inheritdoc/>
    public override string ModelType => "qwen2";

    /// <inheritdoc/>
    public override string Architecture => "Qwen2ForCausalLM";

    /// <inheritdoc/>
    public override GgufFacts Gguf { get; } = new("qwen2");

    /// <inheritdoc/>
    public override ModelConfig Read(ModelConfigReader reader) =>
        reader.WithUpperWindows(reader.Common()) with { HasQueryKeyValueBias = true };
}
