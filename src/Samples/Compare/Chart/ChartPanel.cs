using ScottPlot;
using ScottPlot.TickGenerators;

namespace Samples.Compare.Chart;

/// <summary>A panel of the chart: one column, a dot a method.</summary>
internal sealed record ChartPanel(ResultColumn Column, string Title)
{
    // Shares of the range: to the right of a dot stands its value.
    private const double LeftMargin = 0.08;
    private const double RightMargin = 0.34;

    public ChartScale Scale { get; init; } = ChartScale.Linear;

    /// <summary>Where SFT stands; null draws no line.</summary>
    public double? Line { get; init; }

    public void Draw(Plot plot, IReadOnlyList<ResultRow> rows, bool withNames)
    {
        if (Line is { } sft)
            plot.Add.VerticalLine(Scale.Place(sft), width: 1.5f, color: Colors.Gray, pattern: LinePattern.Dashed);
        for (var i = 0; i < rows.Count; i++)
            AddDot(plot, rows[i], y: -i);
        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. rows.Select((_, i) => (double)-i)], [.. rows.Select(row => withNames ? row.Method : "")]);
        plot.Axes.Bottom.TickGenerator = Scale.Ticks();
        plot.Axes.SetLimitsY(0.5 - rows.Count, 0.5);
        SetLimits(plot, [.. rows.Select(row => row[Column]), Line]);
        plot.Title(Title, size: 14);
        plot.Layout.Fixed(PanelLayout.Padding(withNames));
    }

    private void AddDot(Plot plot, ResultRow row, double y)
    {
        var (value, color) = (row[Column]!.Value, AnchorLegend.ColorOf(row.Runs[0].HeldBy));
        plot.Add.Marker(Scale.Place(value), y, MarkerShape.FilledCircle, size: 11, color);
        var text = plot.Add.Text(Column.Text(value), Scale.Place(value), y);
        (text.LabelAlignment, text.OffsetX, text.OffsetY, text.LabelFontColor) = (Alignment.MiddleLeft, 9, 2, color);
    }

    private void SetLimits(Plot plot, IEnumerable<double?> values)
    {
        double[] places = [.. values.OfType<double>().Select(Scale.Place)];
        var range = Math.Max(places.Max() - places.Min(), 1);
        plot.Axes.SetLimitsX(places.Min() - (LeftMargin * range), places.Max() + (RightMargin * range));
    }
}
