using Samples.Terminal;

namespace Samples.Compare;

/// <summary>Shows a row a method.</summary>
internal static class CompareTable
{
    public static void Print(IReadOnlyList<ResultRow> rows, bool heldOut)
    {
        Console.WriteLine();
        Console.WriteLine(heldOut ? HeldOut(rows[0].Runs) : Test(rows[0].Runs));
        TextTable.Write(
            ["after", .. ResultColumn.All.Select(column => column.Heading)],
            [.. rows.Select(row => (IReadOnlyList<string>)[row.Method, .. ResultColumn.All.Select(column => column.Text(row[column]))])]);
    }

    private static string Test(IReadOnlyList<MethodResult> runs)
    {
        var seeds = runs.Count == 1 ? $"seed {runs[0].Seed}" : $"the median of seeds {Seeds(runs)} in each cell";
        return $"{runs[0].Test.Verbs} irregular and {runs[0].Test.RegularVerbs} regular test verbs, none of them trained on; {seeds}.";
    }

    private static string HeldOut(IReadOnlyList<MethodResult> runs) =>
        $"Held-out verbs for choosing settings, seeds {Seeds(runs)} together: right of {runs.Sum(run => run.Test.Verbs)}, "
        + $"prefers past and ranked of {runs.Sum(run => run.Test.Comparisons)}, regular kept of {runs.Sum(run => run.Test.RegularVerbs)}; other cells are means.";

    private static string Seeds(IReadOnlyList<MethodResult> runs) => string.Join(", ", runs.Select(run => run.Seed));
}
