using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>The tensors in which GGUF files have the factors of a rotary embedding that is scaled pair by pair.</summary>
internal static class GgufRotaryTensors
{
    /// <summary>The tensors; none where keys say it all.</summary>
    public static IEnumerable<StoredTensor> Of(ModelConfig config)
    {
        if (GgufRotaryKeys.MainOf(config) is not { Scaling: { } scaling } rotary)
            yield break;
        if (scaling is Llama3RotaryScaling)
        {
            var (width, plain) = (rotary.Width(config.HeadSize), rotary with { Scaling = null });
            var factors = Enumerable.Range(0, width / 2).Select(pair => Factor(scaling, new(pair, width, plain.Theta)));
            yield return new ValuesTensor(GgufRotaryFactors.Name, [.. factors]);
        }

        if (scaling is LongRotaryScaling scaled)
        {
            yield return new ValuesTensor(GgufRotary.LongFactors, [.. scaled.LongFactors.Select(factor => (float)factor)]);
            yield return new ValuesTensor(GgufRotary.ShortFactors, [.. scaled.ShortFactors.Select(factor => (float)factor)]);
        }
    }

    // What the frequency is divided by.
    private static float Factor(RotaryScaling scaling, RotaryPair pair)
    {
        var frequency = Math.Pow(pair.Theta, -2.0 * pair.Index / pair.Width);
        return (float)(frequency / scaling.Scale(frequency, pair));
    }
}
