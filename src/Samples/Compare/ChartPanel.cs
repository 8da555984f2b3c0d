using ScottPlot;
using ScottPlot.TickGenerators;

namespace Samples.Compare;

/// <summary>A panel of the chart: one column, a dot a method, coloured by what holds the method near SFT.</summary>
internal sealed record ChartPanel(ResultColumn Column, string Title)
{
    private static readonly (Anchor Anchor, string Name, Color Color)[] Anchors =
    [
        (Anchor.Both, "both", Color.FromHex("#1b7837")),
        (Anchor.Reference, "reference", Color.FromHex("#2166ac")),
        (Anchor.SftTerm, "SFT term", Color.FromHex("#b8860b")),
        (Anchor.None, "nothing", Color.FromHex("#b2182b")),
    ];

    public ChartScale Scale { get; init; } = ChartScale.Linear;

    /// <summary>Where SFT stands; null draws no line.</summary>
    public double? Line { get; init; }

    public void Draw(Plot plot, IReadOnlyList<MedianRow> rows, bool withNames)
    {
        if (Line is { } sft)
            plot.Add.VerticalLine(Scale.Place(sft), width: 1.5f, color: Colors.Gray, pattern: LinePattern.Dashed);
        for (var i = 0; i < rows.Count; i++)
            AddDot(plot, rows[i], y: -i);
        plot.Axes.Left.TickGenerator = new NumericManual(
            [.. rows.Select((_, i) => (double)-i)], [.. rows.Select(row => withNames ? row.Method : "")]);
        plot.Axes.Bottom.TickGenerator = Scale.Ticks();
        plot.Axes.Margins(horizontal: 0.2, vertical: 0.05);
        plot.Title(Title, size: 14);
        plot.Layout.Fixed(PanelLayout.Padding(withNames));
    }

    private void AddDot(Plot plot, MedianRow row, double y)
    {
        var value = row[Column]!.Value;
        var color = Anchors.Single(anchor => anchor.Anchor == row.Runs[0].HeldBy).Color;
        plot.Add.Marker(Scale.Place(value), y, MarkerShape.FilledCircle, size: 11, color);
        var text = plot.Add.Text(Column.Text(value), Scale.Place(value), y);
        (text.LabelAlignment, text.OffsetX, text.LabelFontColor) = (Alignment.MiddleLeft, 9, color);
    }
}
