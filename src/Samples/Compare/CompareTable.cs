using Spectre.Console;

namespace Samples.Compare;

/// <summary>Shows a row a method.</summary>
internal static class CompareTable
{
    private const int WidthInFiles = 220;

    public static void Print(IReadOnlyList<MedianRow> rows)
    {
        var test = rows[0].Runs[0].Test;
        Console.WriteLine($"{test.Verbs} irregular and {test.RegularVerbs} regular verbs, none of them trained on; {Seeds(rows[0].Runs)}.");
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidthInFiles;
        AnsiConsole.Write(Create(rows));
    }

    // In a file the table can be pasted into a page.
    private static Table Create(IReadOnlyList<MedianRow> rows)
    {
        var table = new Table { Border = Console.IsOutputRedirected ? TableBorder.Markdown : TableBorder.Rounded };
        table.AddColumn("after");
        foreach (var column in ResultColumn.All)
            table.AddColumn(new TableColumn(column.Heading).RightAligned());
        foreach (var row in rows)
            table.AddRow([row.Method, .. ResultColumn.All.Select(column => column.Text(row[column]))]);
        return table;
    }

    private static string Seeds(IReadOnlyList<MethodResult> runs) =>
        runs.Count == 1 ? $"seed {runs[0].Seed}" : $"the median of seeds {string.Join(", ", runs.Select(run => run.Seed))} in each cell";
}
