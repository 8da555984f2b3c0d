using Samples.Compare.Chart;
using Samples.Terminal;
using ScottPlot;

namespace Samples.Rlhf;

/// <summary>Draws panels side by side.</summary>
internal static class Picture
{
    private const int PanelWidth = 420;
    private const int Height = 340;

    /// <summary>Writes a PNG and says where it is, or why there is none.</summary>
    public static void Write(string path, params IReadOnlyList<Panel> panels)
    {
        if (ChartFont.Name is not { } font)
        {
            Console.WriteLine("There is no picture: this machine has no font to label it with (on Debian, the package fonts-dejavu-core).");
            return;
        }

        Fonts.Default = font;
        var chart = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Columns() };
        chart.AddPlots(panels.Count);
        for (var i = 0; i < panels.Count; i++)
            panels[i].Draw(chart.GetPlot(i));
        OutputFile.Write(path, partial => chart.SavePng(partial, PanelWidth * panels.Count, Height));
        Console.WriteLine($"The picture is in {path}.");
    }
}
