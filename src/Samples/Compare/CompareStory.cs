using Microsoft.ML;
using Microsoft.ML.Alignment;
using Samples.Compare.Chart;
using Samples.Terminal;
using Samples.Verbs;

namespace Samples.Compare;

/// <summary>Compares the methods: one table, one chart.</summary>
internal static class CompareStory
{
    /// <exception cref="UsageException">The arguments make no sense.</exception>
    public static int Run(string[] args, CancellationToken stop)
    {
        var command = CompareCommand.Parse(args);
        var overrides = MethodOverrides.Read(command.OptionsPath);
        var ml = new MLContext(command.Seeds[0]);
        var align = ml.Alignment(new AlignmentRun { Progress = new ProgressLine(), CancellationToken = stop });
        IReadOnlyList<ComparedMethod> methods = [.. ComparedMethods.All.Where(method => command.Methods?.Contains(method.Key) ?? true)];
        using var model = DrillModel.Open(ml, align, command.ModelPath, command.Seeds[0]);

        Comparison With(VerbSplit verbs) => new(ml, align, model, verbs, overrides);
        var results = command.Seeds.SelectMany(seed => With(command.HeldOut ? VerbSplit.HeldOut(seed) : VerbSplit.Test).Run(methods, seed));
        var rows = ResultRow.Of(results, pooled: command.HeldOut);
        CompareTable.Print(rows, command.HeldOut);
        if (!command.HeldOut)
        {
            foreach (var line in Drift.Describe(rows))
                Console.WriteLine(line);
        }

        if (methods.Count > 0)
            Draw(command.ChartPath, rows);
        if (command.ReportPath is { } report)
            CompareReport.Write(report, model.Name, rows);
        return 0;
    }

    private static void Draw(string path, IReadOnlyList<ResultRow> rows)
    {
        if (ChartFont.Name is { } font)
            CompareChart.Write(path, rows, font);
        Console.WriteLine(ChartFont.Name is null
            ? "There is no chart: this machine has no font to label it with (on Debian, the package fonts-dejavu-core)."
            : $"The chart is in {path}.");
    }
}
