using Samples.Terminal;
using ScottPlot;

namespace Samples.Compare.Chart;

/// <summary>
/// Draws what each method gained, how far it went from SFT for that, and what became of the chosen completions: a row a method.
/// </summary>
internal static class CompareChart
{
    public const int Width = 1240;

    private const int HeightOfRow = 30;

    public static int Height(int methods) => PanelLayout.RestOfHeight + (HeightOfRow * methods);

    /// <summary>Draws the rows of the methods; the SFT model, which they are compared with, is a line.</summary>
    /// <param name="path">The PNG.</param>
    /// <param name="rows">All rows.</param>
    /// <param name="font">Name of a font of this machine.</param>
    public static void Write(string path, IReadOnlyList<ResultRow> rows, string font)
    {
        Fonts.Default = font;
        var sft = rows.Single(row => row.Method == ComparedMethods.SftTitle);
        IReadOnlyList<ResultRow> methods = [.. rows.Where(row => row != sft && row.Method != ComparedMethods.BaseTitle)];
        ChartPanel[] panels =
        [
            new(ResultColumn.Right, $"said right of {sft.Verbs} verbs") { Line = sft[ResultColumn.Right] },
            new(ResultColumn.Kl, "KL to SFT, nats, logarithmic") { Scale = ChartScale.Logarithmic },
            new(ResultColumn.ChosenChange, "log-prob of chosen against SFT, nats") { Line = 0 },
        ];
        var chart = new Multiplot { Layout = new PanelLayout() };
        chart.AddPlots(panels.Length + 1);
        for (var i = 0; i < panels.Length; i++)
            panels[i].Draw(chart.GetPlot(i), methods, withNames: i == 0);
        AnchorLegend.Draw(chart.GetPlot(panels.Length));
        OutputFile.Write(path, partial => chart.SavePng(partial, Width, Height(methods.Count)));
    }
}
