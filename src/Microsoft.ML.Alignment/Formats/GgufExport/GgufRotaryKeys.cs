using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>What the metadata of a GGUF file says of a rotary embedding.</summary>
internal static class GgufRotaryKeys
{
    private const int UsualLlama3Positions = 8192;

    /// <summary>The embedding of the layers that see everything, else of those that turn.</summary>
    public static RotaryConfig? MainOf(ModelConfig config) =>
        config.Layers.Where(layer => layer.Rotary is not null).OrderBy(layer => layer.Window is not null).FirstOrDefault()?.Rotary;

    /// <summary>The keys behind the architecture, with their values.</summary>
    /// <exception cref="NotSupportedException">A scaling that such files cannot say.</exception>
    public static IEnumerable<KeyValuePair<string, object>> Of(ModelConfig config)
    {
        if (!config.Family.Gguf.HasRotary || MainOf(config) is not { } rotary)
            yield break;
        yield return new("rope.freq_base", (float)rotary.Theta);
        if (config.Layers.Select(layer => layer.Rotary?.Theta).FirstOrDefault(theta => theta is not null && theta != rotary.Theta) is { } other)
            yield return new("rope.freq_base_swa", (float)other);
        yield return new("rope.dimension_count", (uint)rotary.Width(config.HeadSize));
        foreach (var pair in OfScaling(rotary.Scaling))
            yield return pair;
    }

    private static IEnumerable<KeyValuePair<string, object>> OfScaling(RotaryScaling? scaling)
    {
        const string Type = "rope.scaling.type", Factor = "rope.scaling.factor", Original = "rope.scaling.original_context_length";
        return scaling switch
        {
            null => [],
            LinearRotaryScaling linear => [new(Type, "linear"), new(Factor, (float)linear.Factor)],
            YarnRotaryScaling yarn => [new(Type, "yarn"), new(Factor, (float)yarn.Factor), new(Original, (uint)yarn.OriginalPositions)],
            LongRotaryScaling longer => [new(Original, (uint)longer.OriginalPositions), new("rope.scaling.attn_factor", (float)longer.Amplitude)],
            Llama3RotaryScaling llama3 => llama3.OriginalPositions == UsualLlama3Positions ? [] : [new(Original, (uint)llama3.OriginalPositions)],
            _ => throw new NotSupportedException(
                $"A GGUF file cannot say {scaling.GetType().Name.Replace("RotaryScaling", "", StringComparison.Ordinal).ToLowerInvariant()} " +
                "RoPE scaling, whose frequencies depend on the length of a text; written are linear, llama3, yarn, longrope and none."),
        };
    }
}
