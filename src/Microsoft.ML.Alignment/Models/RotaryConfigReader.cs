namespace Microsoft.ML.Alignment.Models;

/// <summary>Reads the position embedding: <c>rope_parameters</c>, or <c>rope_theta</c> and <c>rope_scaling</c> of older files.</summary>
internal static class RotaryConfigReader
{
    private const double DefaultTheta = 10_000;

    /// <summary>Reads it; where a file has both styles, as files for old and new readers do, the newer keys hold.</summary>
    /// <exception cref="NotSupportedException">A kind of scaling that is not implemented.</exception>
    public static RotaryConfig Read(JsonSettings config)
    {
        var oldTheta = config.FindPositive("rope_theta");
        var oldScaling = config.FindObject("rope_scaling");
        var rotary = config.FindObject("rope_parameters") ?? oldScaling;
        RequireWholeHeads(config);
        if (rotary is null)
            return new(oldTheta ?? DefaultTheta, null);
        RequireWholeHeads(rotary);
        var theta = rotary.FindPositive("rope_theta") ?? oldTheta ?? DefaultTheta;
        var (type, oldType) = (rotary.FindText("rope_type"), rotary.FindText("type"));
        type ??= oldType ?? "default";
        var scaling = type switch
        {
            "default" => null,
            "llama3" => ReadLlama3(rotary),
            _ => throw new NotSupportedException($"{rotary.Place}: rope_type '{type}' is not implemented; implemented are 'default' and 'llama3'."),
        };
        ModelConfigReader.RefuseUnknown(rotary, $"rope_type '{type}'");
        return new(theta, scaling);
    }

    private static Llama3RotaryScaling ReadLlama3(JsonSettings rotary)
    {
        var scaling = new Llama3RotaryScaling(
            rotary.Positive("factor"), rotary.Positive("low_freq_factor"), rotary.Positive("high_freq_factor"),
            rotary.Count("original_max_position_embeddings", int.MaxValue));
        return scaling.HighFrequencyFactor > scaling.LowFrequencyFactor
            ? scaling
            : throw new InvalidDataException(
                $"{rotary.Place}: high_freq_factor is {scaling.HighFrequencyFactor}; it must be above low_freq_factor, {scaling.LowFrequencyFactor}.");
    }

    private static void RequireWholeHeads(JsonSettings settings)
    {
        if (settings.FindPositive("partial_rotary_factor") is { } share && share != 1)
            throw new NotSupportedException($"{settings.Place}: partial_rotary_factor {share} is not implemented; implemented is 1.");
    }
}
