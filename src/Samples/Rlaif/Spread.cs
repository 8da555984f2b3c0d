namespace Samples.Rlaif;

/// <summary>The mean of a figure over seeds, with its 95 % interval by Student's distribution.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Half">Half the width of the interval; infinite for one seed.</param>
internal sealed record Spread(double Mean, double Half)
{
    // The 97.5 % quantiles for 1, 2, ... degrees of freedom. More seeds get the last one, which makes their interval a little too wide.
    private static readonly double[] Quantiles =
        [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093];

    public double Lower => Mean - Half;

    public double Upper => Mean + Half;

    /// <param name="values">A value a seed; at least one.</param>
    public static Spread Of(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        if (values.Count == 1)
            return new(mean, double.PositiveInfinity);
        var variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        return new(mean, Quantiles[Math.Min(values.Count - 2, Quantiles.Length - 1)] * Math.Sqrt(variance / values.Count));
    }

    public override string ToString() =>
        double.IsInfinity(Half) ? $"{Mean:+0.0;-0.0} points" : $"{Mean:+0.0;-0.0} points, 95 % interval {Lower:+0.0;-0.0} to {Upper:+0.0;-0.0}";
}
