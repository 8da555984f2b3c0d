namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>Llama 1 to 3, and models built like them: SmolLM 1 and 2, TinyLlama.</summary>
internal sealed class LlamaFamily : DecoderFamily
{
    /// <inheritdoc/>
    public override string ModelType => "llama";

    /// <inheritdoc/>
    public override string Architecture => "LlamaForCausalLM";

    /// <inheritdoc/>
    public override GgufFacts Gguf { get; } = new("llama") { PairsAreNeighbours = true };

    /// <inheritdoc/>
    public override ModelConfig Read(ModelConfigReader reader)
    {
        var hasBias = reader.Settings.IsOn("attention_bias");
        return reader.Common() with
        {
            HasQueryKeyValueBias = hasBias,
            HasOutputBias = hasBias,
            HasMlpBias = reader.Settings.IsOn("mlp_bias"),
        };
    }
}
