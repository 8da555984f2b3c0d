namespace Microsoft.ML.Alignment.Statistics;

/// <summary>Figures with 95 % intervals that have closed forms.</summary>
internal static class Intervals
{
    private const double Confidence = 0.95;

    // The 97.5 % quantile of the normal distribution.
    private const double Z = 1.959963984540054;

    /// <inheritdoc cref="IntervalEstimate.OfShare"/>
    public static IntervalEstimate Share(double successes, long count) => IntervalEstimate.OfShare(successes, count);

    /// <summary>
    /// A mean with Student's interval: exact for normal values, right for others as the count grows, and unlike the bootstrap not too short
    /// for few rows. One row bounds nothing.
    /// </summary>
    /// <param name="values">At least one.</param>
    public static IntervalEstimate Mean(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        if (values.Count == 1)
            return new(mean, 1, double.NegativeInfinity, double.PositiveInfinity);
        var variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        var half = StudentT.Quantile(Confidence, values.Count - 1) * Math.Sqrt(variance / values.Count);
        return new(mean, values.Count, mean - half, mean + half);
    }

    /// <summary>
    /// The difference of two shares of the same rows, with the interval of Agresti and Min (2005, Statistics in Medicine 24:729–740, sec.
    /// 2.4): that of
    /// Wald after half a row is added to each of the four outcomes.
    /// </summary>
    /// <param name="onlyFirst">Rows that count for the first share only.</param>
    /// <param name="onlySecond">Rows that count for the second share only.</param>
    /// <param name="count">All rows, at least 1.</param>
    public static IntervalEstimate PairedShares(int onlyFirst, int onlySecond, long count)
    {
        var (first, second, all) = (onlyFirst + 0.5, onlySecond + 0.5, count + 2.0);
        var center = (first - second) / all;
        var half = Z * Math.Sqrt((first + second - ((first - second) * (first - second) / all)) / (all * all));
        return new((double)(onlyFirst - onlySecond) / count, count, Math.Max(-1, center - half), Math.Min(1, center + half));
    }

    /// <summary>
    /// The probability of an outcome at least as uneven as this if both sides were equally likely: the sign test, which on rows of which
    /// just one of two models is right is that of McNemar (1947, Psychometrika 12:153–157) in its exact form. Two-sided.
    /// </summary>
    public static double SignTest(long first, long second)
    {
        var all = first + second;
        var (logTerm, sum) = (-all * Math.Log(2), 0.0); // of C(n, k) / 2ⁿ
        for (var k = 0L; k <= Math.Min(first, second); k++)
        {
            sum += Math.Exp(logTerm);
            logTerm += Math.Log(all - k) - Math.Log(k + 1);
        }

        return Math.Min(1, 2 * sum);
    }
}
