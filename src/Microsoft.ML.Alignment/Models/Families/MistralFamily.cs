namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>Mistral: Llama whose layers may see a window only (Jiang et al., 2023, arXiv:2310.06825).</summary>
internal sealed class MistralFamily : DecoderFamily
{
    /// <inheritdoc/>
    public override string ModelType => "mistral";

    /// <inheritdoc/>
    public override string Architecture => "MistralForCausalLM";

    /// <inheritdoc/>
    public override GgufFacts Gguf { get; } = new("llama") { PairsAreNeighbours = true };

    /// <inheritdoc/>
    public override ModelConfig Read(ModelConfigReader reader)
    {
        var config = reader.Common();
        return config with { Layers = reader.Windowed(config.Layers, reader.Window, _ => true) };
    }
}
