using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>How the values of a chart are spread over its height.</summary>
internal enum ChartScale
{
    /// <summary>From the least value to the greatest.</summary>
    Linear,
    /// <summary>From 0 to 1.</summary>
    Share,
    /// <summary>By ratio where the values span several powers of ten.</summary>
    MayBeLogarithmic,
}

/// <summary>A metric in a chart.</summary>
/// <param name="Name">What tells it from the other curves of the chart.</param>
/// <param name="Training">What training reported.</param>
/// <param name="Evaluation">What evaluations reported.</param>
internal sealed record Curve(string Name, IReadOnlyList<StepValue> Training, IReadOnlyList<StepValue> Evaluation)
{
    /// <summary>Gets all values.</summary>
    public IEnumerable<StepValue> All => Training.Concat(Evaluation);
}

/// <summary>A value that a curve should be compared with.</summary>
/// <param name="Value">Where the line lies.</param>
/// <param name="Label">What it is, e.g. <c>ln 2</c>.</param>
internal sealed record ReferenceLine(double Value, string Label)
{
    /// <summary>Gets the index of the one curve that it belongs to; null if it is for all.</summary>
    public int? Curve { get; init; }
}

/// <summary>A picture of one metric, or of some that belong together, over the steps.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Curves">At most four.</param>
/// <param name="Lines">Reference lines.</param>
/// <param name="Scale">Of the values.</param>
internal sealed record Chart(string Title, IReadOnlyList<Curve> Curves, IReadOnlyList<ReferenceLine> Lines, ChartScale Scale);
