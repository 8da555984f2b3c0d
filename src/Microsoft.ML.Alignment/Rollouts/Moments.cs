namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Mean and variance of numbers that may lie with several processes.</summary>
/// <param name="Count">The numbers.</param>
/// <param name="Mean">Their mean; 0 where there are none.</param>
/// <param name="SquaredDeviations">The sum of their squared distances from the mean.</param>
internal readonly record struct Moments(double Count, double Mean, double SquaredDeviations)
{
    // As in TRL; it keeps numbers that are all equal from being divided by 0.
    private const double LeastVariance = 1e-8;

    /// <summary>Gets the standard deviation of a sample (divided by the count less 1); 0 for fewer than two numbers.</summary>
    public double Deviation => Count < 2 ? 0 : Math.Sqrt(SquaredDeviations / (Count - 1));

    /// <summary>Looks at numbers, in two passes, so that a mean far from 0 costs no digits.</summary>
    /// <param name="values">Those of this process.</param>
    /// <param name="sum">Adds up numbers over all processes.</param>
    public static Moments Of(IReadOnlyCollection<double> values, Func<double[], double[]> sum)
    {
        var total = sum([values.Count, values.Sum()]);
        var mean = total[0] == 0 ? 0 : total[1] / total[0];
        return new(total[0], mean, sum([values.Sum(value => (value - mean) * (value - mean))])[0]);
    }

    /// <summary>Those of these numbers and others together (Chan, Golub and LeVeque, 1983, eq. 2.1).</summary>
    public Moments And(Moments other)
    {
        var count = Count + other.Count;
        if (count == 0)
            return this;
        var difference = other.Mean - Mean;
        return new(
            count, Mean + (difference * other.Count / count),
            SquaredDeviations + other.SquaredDeviations + (difference * difference * Count * other.Count / count));
    }

    /// <summary>Divides by the standard deviation.</summary>
    /// <param name="value">A number.</param>
    /// <param name="shiftsMean">Whether the mean becomes 0, or stays.</param>
    public double Whiten(double value, bool shiftsMean = true)
    {
        var whitened = (value - Mean) / Math.Sqrt((Deviation * Deviation) + LeastVariance);
        return shiftsMean ? whitened : whitened + Mean;
    }
}
