using ScottPlot;

namespace Samples.Compare.Chart;

/// <summary>
/// Panels of one width side by side, the first with room for the names of the methods; the last subplot is the legend below them.
/// </summary>
internal sealed class PanelLayout : IMultiplotLayout
{
    private const int Names = 250;
    private const int Gap = 12;
    private const int Axis = 40;
    private const int Legend = 36;

    /// <summary>What the whole needs beside the rows.</summary>
    public const int RestOfHeight = (2 * Axis) + Legend;

    /// <summary>What surrounds the dots of a panel.</summary>
    public static PixelPadding Padding(bool withNames) => new(left: withNames ? Names + Gap : Gap, right: Gap, bottom: Axis, top: Axis);

    public PixelRect[] GetSubplotRectangles(SubplotCollection subplots, PixelRect figureRect)
    {
        var (panels, bottom) = (subplots.Count - 1, figureRect.Bottom - Legend);
        var width = (figureRect.Width - Names) / panels;
        return
        [
            .. Enumerable.Range(0, panels).Select(i => new PixelRect(
                left: i == 0 ? 0 : Names + (i * width), right: Names + ((i + 1) * width), bottom, figureRect.Top)),
            new(0, figureRect.Right, figureRect.Bottom, bottom),
        ];
    }
}
