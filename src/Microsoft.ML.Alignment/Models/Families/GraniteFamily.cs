namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>Granite 3 (dense): Llama with a factor on embeddings, on scores, on what layers add, and on logits.</summary>
internal sealed class GraniteFamily : DecoderFamily
{
    /// <inheritdoc/>
    public override string ModelType => "granite";

    /// <inheritdoc/>
    public override string Architecture => "GraniteForCausalLM";

    /// <inheritdoc/>
    public override GgufFacts Gguf { get; } = new("granite")
    {
        PairsAreNeighbours = true,
        Settings =
        [
            ("embedding_scale", "embedding_multiplier"), ("attention.scale", "attention_multiplier"),
            ("residual_scale", "residual_multiplier"), ("logit_scale", "logits_scaling"),
        ],
    };

    /// <inheritdoc/>
    public override ModelConfig Read(ModelConfigReader reader)
    {
        var settings = reader.Settings;
        var hasBias = settings.IsOn("attention_bias");
        return reader.Common() with
        {
            EmbeddingScale = settings.FindPositive("embedding_multiplier") ?? 1,
            AttentionScale = settings.FindPositive("attention_multiplier") ?? 1,
            ResidualScale = settings.FindPositive("residual_multiplier") ?? 1,
            LogitScale = 1 / (settings.FindPositive("logits_scaling") ?? 1),
            HasQueryKeyValueBias = hasBias,
            HasOutputBias = hasBias,
            HasMlpBias = settings.IsOn("mlp_bias"),
        };
    }
}
