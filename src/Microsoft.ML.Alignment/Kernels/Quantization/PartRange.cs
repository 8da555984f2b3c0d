namespace Microsoft.ML.Alignment.Kernels.Quantization;

/// <summary>The whole numbers that say scale and minimum of a part of 32 values, in units of its block.</summary>
/// <param name="Scale">From 0 to 63.</param>
/// <param name="Minimum">From 0 to 63; what is taken off.</param>
internal readonly record struct PartRange(int Scale, int Minimum)
{
    /// <summary>The largest of either number.</summary>
    public const int Most = 63;

    /// <summary>The numbers nearest to a range and those beside them, of which the one with the least squared error.</summary>
    /// <param name="values">The values of the part.</param>
    /// <param name="wanted">Scale, and minimum as what is added, which is not above 0.</param>
    /// <param name="units">Of the scale and of the minimum.</param>
    /// <param name="most">The largest code.</param>
    public static PartRange Nearest(ReadOnlySpan<float> values, (float Scale, float Minimum) wanted, (float Scale, float Minimum) units, int most)
    {
        var (scale, minimum) = (Rounded(wanted.Scale, units.Scale), Rounded(-wanted.Minimum, units.Minimum));
        var (best, bestError) = (new PartRange(scale, minimum), float.PositiveInfinity);
        for (var nearScale = Math.Max(0, scale - 1); nearScale <= Math.Min(Most, scale + 1); nearScale++)
            for (var nearMinimum = Math.Max(0, minimum - 1); nearMinimum <= Math.Min(Most, minimum + 1); nearMinimum++)
                if (Error(values, nearScale * units.Scale, -(nearMinimum * units.Minimum), most) is var error && error < bestError)
                    (best, bestError) = (new(nearScale, nearMinimum), error);
        return best;
    }

    private static int Rounded(float value, float unit) => unit == 0 ? 0 : (int)Math.Clamp(MathF.Round(value / unit), 0, Most);

    private static float Error(ReadOnlySpan<float> values, float scale, float minimum, int most)
    {
        var (inverse, error) = (scale == 0 ? 0 : 1 / scale, 0f);
        foreach (var value in values)
        {
            var code = Math.Clamp(MathF.Round((value - minimum) * inverse), 0, most);
            var rest = value - ((scale * code) + minimum);
            error += rest * rest;
        }

        return error;
    }
}
