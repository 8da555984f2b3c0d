
namespace Microsoft.ML.Alignment.Statistics;

/// <summary>
/// Intervals by drawing rows again (Efron, 1979, Annals of Statistics 7:1–26), for figures without a closed form. A function of the rows:
/// the seed is fixed.
/// </summary>
internal static class Bootstrap
{
    // The 2.5 % and 97.5 % points are then the 50th and the 1950th value (Davison and Hinkley, 1997, sec. 5.2.1).
    private const int Draws = 1999;
    private const int Edge = 50;

    /// <summary>A figure with the percentile interval.</summary>
    /// <param name="count">Rows, at least 1.</param>
    /// <param name="statistic">
    /// The figure of the rows with these indices, of which some stand more than once. NaN where they do not tell.
    /// </param>
    public static IntervalEstimate Estimate(int count, Func<int[], double> statistic)
    {
        var rows = Enumerable.Range(0, count).ToArray();
        var value = statistic(rows);
        var drawn = new double[Draws];
        for (var draw = 0; draw < Draws; draw++)
        {
            var random = new RandomStream(0, draw);
            for (var i = 0; i < count; i++)
                rows[i] = (int)(random.Next() * count);
            drawn[draw] = statistic(rows);
        }

        Array.Sort(drawn);
        return double.IsNaN(drawn[0])
            ? new(value, count, double.NegativeInfinity, double.PositiveInfinity)
            : new(value, count, drawn[Edge - 1], drawn[^Edge]);
    }
}
