namespace Microsoft.ML.Alignment.Statistics;

/// <summary>Student's distribution ("Student", 1908, Biometrika 6:1–25), by its closed forms for whole degrees of freedom.</summary>
internal static class StudentT
{
    private const int Halvings = 60;

    // From here on the quantile is above the normal one by 1e-4 at most, and the sum would only get longer.
    private const int MostDegrees = 10_000;

    /// <summary>The t with P(|T| ≤ t) = <paramref name="confidence"/>.</summary>
    /// <param name="confidence">In (0, 1).</param>
    /// <param name="degrees">Degrees of freedom, at least 1.</param>
    public static double Quantile(double confidence, long degrees)
    {
        var counted = (int)Math.Min(degrees, MostDegrees);
        var (low, high) = (0.0, Math.PI / 2);
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            if (Within(middle, counted) < confidence)
                low = middle;
            else
                high = middle;
        }

        return Math.Sqrt(counted) * Math.Tan((low + high) / 2);
    }

    // P(|T| ≤ √ν tan θ): Abramowitz and Stegun, 1964, eq. 26.7.3 for odd ν and 26.7.4 for even ν.
    private static double Within(double angle, int degrees)
    {
        var isOdd = degrees % 2 == 1;
        var (sum, term) = (0.0, isOdd ? Math.Cos(angle) : 1);
        var squaredCosine = Math.Cos(angle) * Math.Cos(angle);
        for (var k = isOdd ? 2 : 1; k < degrees; k += 2)
        {
            sum += term;
            term *= squaredCosine * k / (k + 1);
        }

        sum *= Math.Sin(angle);
        return isOdd ? (angle + sum) * 2 / Math.PI : sum;
    }
}
