namespace Microsoft.ML.Alignment.Models.Families;

/// <summary>SmolLM 3: Llama of which some layers do not turn by positions (NoPE; Yang et al., 2025, arXiv:2501.18795).</summary>
internal sealed class SmolLM3Family : DecoderFamily
{
    private const int DefaultInterval = 4;

    /// <inheritdoc/>
    public override string ModelType => "smollm3";

    /// <inheritdoc/>
    public override string Architecture => "SmolLM3ForCausalLM";

    /// <inheritdoc/>
    public override ConfigKeys Keys { get; } = new() { TiesByDefault = true };

    /// <inheritdoc/>
    public override GgufFacts Gguf { get; } = new("smollm3") { PairsAreNeighbours = true };

    /// <inheritdoc/>
    public override ModelConfig Read(ModelConfigReader reader)
    {
        var hasBias = reader.Settings.IsOn("attention_bias");
        var config = reader.Common();
        var turns = Turns(reader.Settings, config.LayerCount);
        IReadOnlyList<LayerConfig> layers = [.. config.Layers.Select((layer, index) => turns[index] ? layer : layer with { Rotary = null })];
        return config with
        {
            Layers = reader.Windowed(layers, reader.WindowIfUsed, index => !turns[index]),
            HasQueryKeyValueBias = hasBias,
            HasOutputBias = hasBias,
            HasMlpBias = reader.Settings.IsOn("mlp_bias"),
        };
    }

    // 1 in the list means that the layer turns, whatever the key's name says.
    private static bool[] Turns(JsonSettings settings, int layers)
    {
        var interval = settings.FindCount("no_rope_layer_interval", int.MaxValue) ?? DefaultInterval;
        if (settings.Find("no_rope_layers") is not { } found)
            return [.. Enumerable.Range(1, layers).Select(number => number % interval != 0)];
        var flags = found.ValueKind == System.Text.Json.JsonValueKind.Array ? found.EnumerateArray().Select(flag => flag.GetRawText()).ToArray() : [];
        return flags.Length == layers && Array.TrueForAll(flags, flag => flag is "0" or "1")
            ? [.. flags.Select(flag => flag == "1")]
            : throw settings.Refused("no_rope_layers", found, $"a list of 0 or 1 for each of the {layers} layers");
    }
}
