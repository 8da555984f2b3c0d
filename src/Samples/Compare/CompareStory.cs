using Microsoft.ML;
using Microsoft.ML.Alignment;

namespace Samples.Compare;

/// <summary>Compares the methods: one table, one chart.</summary>
internal static class CompareStory
{
    public static int Run(CompareCommand command, CancellationToken stop)
    {
        var ml = new MLContext(command.Seeds[0]);
        var align = ml.Alignment(new AlignmentRun { Progress = new ProgressLine(), CancellationToken = stop });
        using var model = DrillModel.Open(ml, align, command.ModelPath, command.Seeds[0]);
        IReadOnlyList<ComparedMethod> methods = [.. ComparedMethods.All.Where(method => command.Methods?.Contains(method.Key) ?? true)];

        var comparison = new Comparison(ml, align, model);
        var rows = MedianRow.Of(command.Seeds.SelectMany(seed => comparison.Run(methods, seed)));
        CompareTable.Print(rows);
        foreach (var line in Drift.Describe(rows))
            Console.WriteLine(line);
        Draw(command.ChartPath, rows);
        if (command.ReportPath is { } report)
            CompareReport.Write(report, model.Name, rows);
        return 0;
    }

    private static void Draw(string path, IReadOnlyList<MedianRow> rows)
    {
        if (ChartFont.Name is { } font)
            CompareChart.Write(path, rows, font);
        Console.WriteLine(ChartFont.Name is null
            ? "There is no chart: this machine has no font to label it with (on Debian, the package fonts-dejavu-core)."
            : $"The chart is in {path}.");
    }
}
