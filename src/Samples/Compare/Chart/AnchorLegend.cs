using ScottPlot;

namespace Samples.Compare.Chart;

/// <summary>The colours of what is there to hold a method near the model that it starts from.</summary>
internal static class AnchorLegend
{
    private const double Width = 5;
    private const double LineLength = 0.12;

    private static readonly (Anchor Anchor, string Text, Color Color)[] Entries =
    [
        (Anchor.Reference, "has a reference", Color.FromHex("#2166ac")),
        (Anchor.SftTerm, "has an SFT term", Color.FromHex("#b8860b")),
        (Anchor.Both, "has both", Color.FromHex("#1b7837")),
        (Anchor.None, "has neither", Color.FromHex("#b2182b")),
    ];

    public static Color ColorOf(Anchor anchor) => Entries.Single(entry => entry.Anchor == anchor).Color;

    public static void Draw(Plot plot)
    {
        foreach (var (index, entry) in Entries.Index())
        {
            plot.Add.Marker(index, 0, MarkerShape.FilledCircle, size: 11, entry.Color);
            AddText(plot, entry.Text, index);
        }

        var line = plot.Add.Line(Entries.Length - LineLength, 0, Entries.Length, 0);
        (line.LineColor, line.LineWidth, line.LinePattern) = (Colors.Gray, 1.5f, LinePattern.Dashed);
        AddText(plot, "SFT model", Entries.Length);
        plot.HideGrid();
        plot.Axes.Frameless();
        plot.Axes.SetLimits(-2 * LineLength, Width, -1, 1);
    }

    private static void AddText(Plot plot, string words, double x)
    {
        var text = plot.Add.Text(words, x, 0);
        (text.LabelAlignment, text.OffsetX, text.OffsetY) = (Alignment.MiddleLeft, 9, 2);
    }
}
