namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Policy gradients in plain double precision, one token at a time, written from the papers and not from the library.</summary>
internal static class PlainPolicyGradient
{
    /// <summary>PPO's equation 7 with its sign changed, and the bound of dual clip's equation 5.</summary>
    public static double Clipped(double ratio, double advantage, double low, double high, double? most)
    {
        var surrogate = Math.Min(ratio * advantage, Math.Clamp(ratio, low, high) * advantage);
        if (most is { } c && advantage < 0)
            surrogate = Math.Max(surrogate, c * advantage);
        return -surrogate;
    }

    /// <summary>The ratio of each token's completion, or of the token.</summary>
    public static double[] Ratios(double[] logRatios, RatioLevel level) => level switch
    {
        RatioLevel.Token => [.. logRatios.Select(Math.Exp)],
        RatioLevel.CompletionMean => [.. logRatios.Select(_ => Math.Exp(logRatios.Average()))],
        _ => [.. logRatios.Select(_ => Math.Exp(logRatios.Sum()))],
    };

    /// <summary>Half the greater of both squared errors.</summary>
    public static double Value(double value, double old, double target, double range)
    {
        var clipped = Math.Clamp(value, old - range, old + range);
        return Math.Max(Math.Pow(value - target, 2), Math.Pow(clipped - target, 2)) / 2;
    }
}
