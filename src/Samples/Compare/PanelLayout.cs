using ScottPlot;

namespace Samples.Compare;

/// <summary>Panels of one width side by side; the first has room for the names of the methods beside it.</summary>
internal sealed class PanelLayout : IMultiplotLayout
{
    private const int Names = 250;
    private const int Gap = 12;

    /// <summary>What surrounds the dots of a panel.</summary>
    public static PixelPadding Padding(bool withNames) => new(left: withNames ? Names + Gap : Gap, right: Gap, bottom: 40, top: 40);

    public PixelRect[] GetSubplotRectangles(SubplotCollection subplots, PixelRect figureRect)
    {
        var width = (figureRect.Width - Names) / subplots.Count;
        return [.. Enumerable.Range(0, subplots.Count).Select(i => new PixelRect(
            i == 0 ? 0 : Names + (i * width), Names + ((i + 1) * width), figureRect.Bottom, figureRect.Top))];
    }
}
