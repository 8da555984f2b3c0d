using System.Globalization;

namespace Microsoft.ML.Alignment;

/// <summary>A measured figure with its 95 % interval.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Count">The rows that it was measured on.</param>
/// <param name="Lower">The interval's lower end; −∞ where the rows are too few to bound it.</param>
/// <param name="Upper">The interval's upper end; +∞ where the rows are too few to bound it.</param>
public sealed record IntervalEstimate(double Value, long Count, double Lower, double Upper)
{
    // The 97.5 % quantile of the normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>The figure in one line, e.g. <c>0.83 [0.71, 0.91], n = 40</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value:G4} [{Lower:G4}, {Upper:G4}], n = {Count}");

    /// <summary>
    /// A share with its score interval (Wilson, 1927, JASA 22:209–212, eq. 4), which holds its level also for small counts and at 0 and 1,
    /// where the usual p ± z √(p(1−p)/n) has no width (Brown, Cai and DasGupta, 2001, Statistical Science 16:101–133).
    /// </summary>
    /// <param name="successes">Rows that count; halves for ties make the interval too wide rather than too narrow.</param>
    /// <param name="count">All rows, at least 1.</param>
    internal static IntervalEstimate OfShare(double successes, long count)
    {
        var share = successes / count;
        var shrink = 1 + (Z * Z / count);
        var center = (share + (Z * Z / (2 * count))) / shrink;
        var half = Z / shrink * Math.Sqrt((share * (1 - share) / count) + (Z * Z / (4.0 * count * count)));
        return new(share, count, Math.Max(0, center - half), Math.Min(1, center + half));
    }
}
