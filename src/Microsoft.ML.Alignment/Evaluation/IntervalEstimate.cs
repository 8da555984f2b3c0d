using System.Globalization;

namespace Microsoft.ML.Alignment;

/// <summary>A measured figure with its 95 % interval.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Count">The rows that it was measured on.</param>
/// <param name="Lower">The interval's lower end; −∞ where the rows are too few to bound it.</param>
/// <param name="Upper">The interval's upper end; +∞ where the rows are too few to bound it.</param>
public sealed record IntervalEstimate(double Value, long Count, double Lower, double Upper)
{
    /// <summary>The figure in one line, e.g. <c>0.83 [0.71, 0.91], n = 40</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value:G4} [{Lower:G4}, {Upper:G4}], n = {Count}");
}
