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
        CompareChart.Write(command.ChartPath, rows);
        Console.WriteLine($"The chart is in {command.ChartPath}.");
        if (command.ReportPath is { } report)
            CompareReport.Write(report, model.Name, rows);
        return 0;
    }
}
