using ScottPlot;
using ScottPlot.TickGenerators;

namespace Samples.Compare.Chart;

/// <summary>Where values stand on an axis.</summary>
/// <param name="Place">The coordinate of a value.</param>
/// <param name="Ticks">Makes the ticks.</param>
internal sealed record ChartScale(Func<double, double> Place, Func<ITickGenerator> Ticks)
{
    private const double Smallest = 1e-4;
    private const int Decades = 8;

    public static ChartScale Linear { get; } = new(value => value, () => new NumericAutomatic());

    /// <summary>Values below 0.0001, 0 among them, stand at 0.0001.</summary>
    public static ChartScale Logarithmic { get; } = new(value => Math.Log10(Math.Max(value, Smallest)), PowersOfTen);

    private static NumericManual PowersOfTen()
    {
        double[] powers = [.. Enumerable.Range(0, Decades).Select(i => Smallest * Math.Pow(10, i))];
        return new([.. powers.Select(Math.Log10)], [.. powers.Select(power => power.ToString("0.####", null))]);
    }
}
