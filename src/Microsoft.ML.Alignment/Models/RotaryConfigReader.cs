using System.Text.Json;

namespace Microsoft.ML.Alignment.Models;

/// <summary>Reads the position embedding: <c>rope_parameters</c>, or <c>rope_theta</c> and <c>rope_scaling</c> of older files.</summary>
internal static class RotaryConfigReader
{
    public const string OriginalPositions = "original_max_position_embeddings";
    private const double DefaultTheta = 10_000;
    private const double MaxTheta = 1e12;

    /// <summary>Reads it; where a file has both styles, as files for old and new readers do, the newer keys hold.</summary>
    /// <exception cref="NotSupportedException">A kind of scaling that is not implemented.</exception>
    public static RotaryConfig Read(JsonSettings config)
    {
        var oldTheta = Theta(config);
        var oldScaling = config.FindObject("rope_scaling");
        return Read(config, config.FindObject("rope_parameters") ?? oldScaling, oldTheta ?? DefaultTheta);
    }

    /// <summary>Reads one of several embeddings.</summary>
    /// <param name="config">The whole configuration.</param>
    /// <param name="rotary">What it says of this embedding; null if nothing.</param>
    /// <param name="defaultTheta">The base where that does not say it.</param>
    /// <inheritdoc cref="Read(JsonSettings)" path="/exception"/>
    public static RotaryConfig Read(JsonSettings config, JsonSettings? rotary, double defaultTheta)
    {
        var share = Share(config);
        var original = config.FindCount(OriginalPositions, int.MaxValue);
        if (rotary is null)
            return new(defaultTheta, null, share ?? 1);
        share = Share(rotary) ?? share ?? 1;
        var theta = Theta(rotary) ?? defaultTheta;
        var (type, oldType) = (rotary.FindText("rope_type"), rotary.FindText("type"));
        type ??= oldType ?? "default";
        original = rotary.FindCount(OriginalPositions, int.MaxValue) ?? original;
        RotaryScaling? scaling = type switch
        {
            "default" => null,
            "linear" => new LinearRotaryScaling(rotary.Positive("factor")),
            "dynamic" => new DynamicRotaryScaling(rotary.Positive("factor"), Positions(config)),
            "llama3" => ReadLlama3(rotary),
            "yarn" => ReadYarn(config, rotary, original),
            "longrope" or "su" => ReadLong(config, rotary, original),
            _ => throw new NotSupportedException(
                $"{rotary.Place}: rope_type '{type}' is not implemented; implemented are 'default', 'linear', 'dynamic', 'llama3', 'yarn' and " +
                "'longrope'."),
        };
        ModelConfigReader.RefuseUnknown(rotary, $"rope_type '{type}'");
        return new(theta, scaling, share.Value);
    }

    // Below, later pairs would turn faster than the first, and soon without bounds.
    private static double? Theta(JsonSettings settings) => settings.FindPositive("rope_theta") is not (< 1 or > MaxTheta) and var theta
        ? theta
        : throw settings.Refused("rope_theta", settings.Find("rope_theta")!.Value, $"a number from 1 to {MaxTheta}");

    private static Llama3RotaryScaling ReadLlama3(JsonSettings rotary)
    {
        var scaling = new Llama3RotaryScaling(
            rotary.Positive("factor"), rotary.Positive("low_freq_factor"), rotary.Positive("high_freq_factor"),
            rotary.Count(OriginalPositions, int.MaxValue));
        return scaling.HighFrequencyFactor > scaling.LowFrequencyFactor
            ? scaling
            : throw new InvalidDataException(
                $"{rotary.Place}: high_freq_factor is {scaling.HighFrequencyFactor}; it must be above low_freq_factor, " +
                $"{scaling.LowFrequencyFactor}.");
    }

    private static YarnRotaryScaling ReadYarn(JsonSettings config, JsonSettings rotary, int? original)
    {
        var positions = original ?? Positions(config);
        var factor = rotary.FindPositive("factor") ?? (double)Positions(config) / positions;
        var (share, shareOfAll) = (rotary.FindPositive("mscale"), rotary.FindPositive("mscale_all_dim"));
        var proposed = share is not null && shareOfAll is not null
            ? YarnRotaryScaling.DefaultAttentionFactor(factor, share.Value) / YarnRotaryScaling.DefaultAttentionFactor(factor, shareOfAll.Value)
            : YarnRotaryScaling.DefaultAttentionFactor(factor);
        return new(
            factor, positions, rotary.FindPositive("beta_fast") ?? 32, rotary.FindPositive("beta_slow") ?? 1,
            rotary.Find("truncate") is null || rotary.IsOn("truncate"), rotary.FindPositive("attention_factor") ?? proposed);
    }

    private static LongRotaryScaling ReadLong(JsonSettings config, JsonSettings rotary, int? original)
    {
        var positions = original ?? Positions(config);
        var given = rotary.FindPositive("factor");
        var factor = (double)Positions(config) / positions is > 1 and var ratio ? ratio : given ?? 1;
        var scaling = new LongRotaryScaling(
            Factors(rotary, "short_factor"), Factors(rotary, "long_factor"), positions,
            rotary.FindPositive("attention_factor") ?? LongRotaryScaling.DefaultAttentionFactor(factor, positions));
        return scaling.ShortFactors.Count == scaling.LongFactors.Count
            ? scaling
            : throw new InvalidDataException(
                $"{rotary.Place}: short_factor has {scaling.ShortFactors.Count} numbers and long_factor {scaling.LongFactors.Count}; " +
                "both have one for each pair that turns.");
    }

    private static double[] Factors(JsonSettings rotary, string key)
    {
        if (rotary.Find(key) is not { ValueKind: JsonValueKind.Array } found)
            throw new InvalidDataException($"{rotary.Place}: {key} is missing; it must be a list of numbers above 0.");
        return [.. found.EnumerateArray().Select(number => number.ValueKind == JsonValueKind.Number && number.GetDouble() is > 0 and var factor
            ? factor
            : throw rotary.Refused(key, found, "a list of numbers above 0"))];
    }

    private static int Positions(JsonSettings config) => config.Count("max_position_embeddings", int.MaxValue);

    private static double? Share(JsonSettings settings) => settings.FindPositive("partial_rotary_factor") is { } share
        ? share <= 1 ? share : throw new InvalidDataException($"{settings.Place}: partial_rotary_factor is {share}; it must be at most 1.")
        : null;
}
