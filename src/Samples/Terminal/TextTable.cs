using Spectre.Console;

namespace Samples.Terminal;

/// <summary>
/// A table that loses nothing: columns for which a terminal is too narrow stand in further tables below, each with the first column. In a
/// file it
/// is a Markdown table.
/// </summary>
internal static class TextTable
{
    private const int Border = 3;

    // Wider than any table, so that nothing of it is wrapped.
    private const int WidthInFiles = 2000;

    /// <summary>Writes a table to the terminal, or to where standard output goes.</summary>
    /// <param name="headings">A heading a column; that of the first column names the rows.</param>
    /// <param name="rows">Cells, as many as headings in each row.</param>
    public static void Write(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = WidthInFiles;
            AnsiConsole.Write(Create(headings, rows, [.. Enumerable.Range(0, headings.Count)]));
            return;
        }

        AnsiConsole.Profile.Width = TerminalWidth.Columns;
        int[] widths = [.. headings.Index().Select(column => Width(column.Item, rows.Select(row => row[column.Index])))];
        foreach (var columns in Split(widths, TerminalWidth.Columns))
            AnsiConsole.Write(Create(headings, rows, columns));
    }

    /// <summary>Deals columns out to tables.</summary>
    /// <param name="widths">What each column needs without its border.</param>
    /// <param name="available">The width of a table.</param>
    /// <returns>The columns of each table; the first column is in all of them.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> Split(IReadOnlyList<int> widths, int available)
    {
        List<List<int>> tables = [[0]];
        foreach (var (column, width) in widths.Index().Skip(1))
        {
            var used = 1 + tables[^1].Sum(other => widths[other] + Border);
            if (tables[^1].Count > 1 && used + width + Border > available)
                tables.Add([0]);
            tables[^1].Add(column);
        }

        return tables;
    }

    // Headings break between words, cells do not.
    private static int Width(string heading, IEnumerable<string> cells) => cells.Concat(heading.Split(' ')).Max(text => text.Length);

    private static Table Create(
        IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows, IReadOnlyList<int> columns)
    {
        var table = new Table { Border = Console.IsOutputRedirected ? TableBorder.Markdown : TableBorder.Rounded };
        foreach (var column in columns)
        {
            var made = new TableColumn(Markup.Escape(headings[column])) { Alignment = column == 0 ? Justify.Left : Justify.Right };
            if (!Console.IsOutputRedirected)
                made.Width = Width(headings[column], rows.Select(row => row[column]));
            table.AddColumn(made);
        }

        foreach (var row in rows)
            table.AddRow([.. columns.Select(column => Markup.Escape(row[column]))]);
        return table;
    }
}
