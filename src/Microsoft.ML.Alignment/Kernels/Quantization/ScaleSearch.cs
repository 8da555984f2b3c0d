namespace Microsoft.ML.Alignment.Kernels.Quantization;

/// <summary>Finds the scale with which whole numbers come nearest to values, in squared error.</summary>
internal static class ScaleSearch
{
    /// <summary>Tries the scales that make the largest value each of the larger codes, and fits each once to its codes.</summary>
    /// <param name="values">The values.</param>
    /// <param name="least">The least code; below 0.</param>
    /// <param name="most">The largest code.</param>
    /// <param name="codes">The codes, as many as values.</param>
    /// <returns>The scale, a half-precision number.</returns>
    public static float Find(ReadOnlySpan<float> values, int least, int most, Span<sbyte> codes)
    {
        var extreme = 0f;
        foreach (var value in values)
            if (MathF.Abs(value) > MathF.Abs(extreme))
                extreme = value;
        var (best, bestError) = (0f, float.PositiveInfinity);
        for (var code = least; code <= most; code++)
        {
            if (2 * Math.Abs(code) < most)
                continue;
            var scale = (float)(Half)(extreme / code);
            Keep(values, scale, least, most, ref best, ref bestError);
            Keep(values, (float)(Half)Fitted(values, scale, least, most), least, most, ref best, ref bestError);
        }

        for (var i = 0; i < values.Length; i++)
            codes[i] = (sbyte)Code(values[i], best == 0 ? 0 : 1 / best, least, most);
        return best;
    }

    private static void Keep(ReadOnlySpan<float> values, float scale, int least, int most, ref float best, ref float bestError)
    {
        var inverse = scale == 0 ? 0 : 1 / scale;
        var error = 0f;
        foreach (var value in values)
        {
            var rest = value - (scale * Code(value, inverse, least, most));
            error += rest * rest;
        }

        if (error < bestError && float.IsFinite(scale))
            (best, bestError) = (scale, error);
    }

    // The scale of least squares for the codes that another one gives.
    private static float Fitted(ReadOnlySpan<float> values, float scale, int least, int most)
    {
        var inverse = scale == 0 ? 0 : 1 / scale;
        var (products, squares) = (0f, 0f);
        foreach (var value in values)
        {
            var code = Code(value, inverse, least, most);
            products += value * code;
            squares += code * code;
        }

        return squares == 0 ? 0 : products / squares;
    }

    private static float Code(float value, float inverse, int least, int most) => Math.Clamp(MathF.Round(value * inverse), least, most);
}
