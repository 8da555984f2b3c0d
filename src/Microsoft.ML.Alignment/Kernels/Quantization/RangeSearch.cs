namespace Microsoft.ML.Alignment.Kernels.Quantization;

/// <summary>Finds the scale and the minimum with which whole numbers from 0 come nearest to values, in squared error.</summary>
internal static class RangeSearch
{
    private const int Steps = 20;
    private const float FirstStep = -1;
    private const float Step = 0.1f;

    /// <summary>Tries ranges from a little wider to a little narrower than that of the values, and fits each to its codes.</summary>
    /// <param name="values">The values.</param>
    /// <param name="most">The largest code.</param>
    /// <param name="minimumIsNegative">Whether the minimum may not be above 0.</param>
    public static (float Scale, float Minimum) Find(ReadOnlySpan<float> values, int most, bool minimumIsNegative)
    {
        var (low, high) = (values[0], values[0]);
        foreach (var value in values)
            (low, high) = (MathF.Min(low, value), MathF.Max(high, value));
        if (minimumIsNegative)
            low = MathF.Min(low, 0);
        if (high <= low)
            return (0, low);
        var (best, bestError) = ((Scale: (high - low) / most, Minimum: low), float.PositiveInfinity);
        Keep(values, best, most, ref best, ref bestError);
        for (var step = 0; step <= Steps; step++)
        {
            var range = (Scale: (high - low) / (FirstStep + (Step * step) + most), Minimum: low);
            Keep(values, Fitted(values, range, most, minimumIsNegative), most, ref best, ref bestError);
        }

        return best;
    }

    /// <summary>The code that is nearest to a value.</summary>
    public static int Code(float value, float scale, float minimum, int most) =>
        scale == 0 ? 0 : (int)Math.Clamp(MathF.Round((value - minimum) / scale), 0, most);

    private static void Keep(
        ReadOnlySpan<float> values, (float Scale, float Minimum) range, int most, ref (float Scale, float Minimum) best, ref float bestError)
    {
        var (inverse, error) = (1 / range.Scale, 0f);
        foreach (var value in values)
        {
            var code = Math.Clamp(MathF.Round((value - range.Minimum) * inverse), 0, most);
            var rest = value - ((range.Scale * code) + range.Minimum);
            error += rest * rest;
        }

        if (error < bestError)
            (best, bestError) = (range, error);
    }

    // Scale and minimum of least squares for the codes that another range gives.
    private static (float Scale, float Minimum) Fitted(
        ReadOnlySpan<float> values, (float Scale, float Minimum) range, int most, bool minimumIsNegative)
    {
        var inverse = 1 / range.Scale;
        float sum = 0, codes = 0, squares = 0, products = 0;
        foreach (var value in values)
        {
            var code = Math.Clamp(MathF.Round((value - range.Minimum) * inverse), 0, most);
            sum += value;
            codes += code;
            squares += code * code;
            products += code * value;
        }

        var determinant = (values.Length * squares) - (codes * codes);
        if (determinant <= 0)
            return range;
        var scale = ((values.Length * products) - (sum * codes)) / determinant;
        var fitted = (Scale: scale, Minimum: ((squares * sum) - (codes * products)) / determinant);
        if (minimumIsNegative && fitted.Minimum > 0)
            fitted = (products / squares, 0);
        return fitted.Scale > 0 ? fitted : range;
    }
}
