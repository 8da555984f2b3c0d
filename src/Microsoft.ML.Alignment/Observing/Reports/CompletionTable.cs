using System.Globalization;
using Microsoft.ML.Alignment.Observing.Samples;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>What the policy wrote while it was trained on what it writes, in a table that the reader sorts.</summary>
internal static class CompletionTable
{
    // A browser shows and sorts as many at once.
    private const int MostRows = 500;
    private const int LongestText = 1000;

    /// <summary>The table of a stage; nothing if it kept no completions.</summary>
    public static Markup Of(RunReport stage)
    {
        if (stage.Completions.Count == 0)
            return Markup.None;
        var shown = Shown(stage.Completions);
        string[] rewards = [.. stage.Completions.SelectMany(row => row.Rewards?.Keys ?? []).Distinct()];
        string[] headings = ["step", "reward", .. rewards, "KL", "tokens"];
        var rest = shown.Count == stage.Completions.Count ? "" : $" of {stage.Completions.Count}, of steps that lie evenly";
        var count = $"{shown.Count}{rest}";
        return Markup.Of(
            $"""
            <h3>What the policy wrote<small>{count}; a heading sorts</small></h3>
            <div class="scroll"><table class="sortable">
            <thead><tr>{Markup.Join(headings.Select(Heading))}<th>prompt</th><th>completion</th></tr></thead>
            <tbody>
            {Markup.Join(shown.Select(row => Row(row, rewards)))}</tbody></table></div>

            """);
    }

    /// <summary>All of them, or those of as many steps, as evenly as may be with the first and the last among them, as there is room for.</summary>
    internal static IReadOnlyList<KeptCompletion> Shown(IReadOnlyList<KeptCompletion> completions, int most = MostRows)
    {
        if (completions.Count <= most)
            return completions;
        int[] steps = [.. completions.Select(row => row.Step).Distinct()];
        var room = Math.Clamp((int)((long)steps.Length * most / completions.Count), 1, steps.Length);
        var kept = Enumerable.Range(0, room).Select(at => steps[room == 1 ? ^1 : (int)((long)at * (steps.Length - 1) / (room - 1))]).ToHashSet();
        return [.. completions.Where(row => kept.Contains(row.Step)).Take(most)];
    }

    private static Markup Heading(string name) => Markup.Of($"""<th aria-sort="none"><button type="button">{name}</button></th>""");

    private static Markup Row(KeptCompletion row, string[] rewards)
    {
        var (prompt, completion) = (Cut(row.Prompt), Cut(row.Completion));
        double?[] numbers = [row.Step, row.Reward, .. rewards.Select(name => row.Rewards?.GetValueOrDefault(name)), row.Divergence, row.Tokens];
        return Markup.Of(
            $"""
            <tr>{Markup.Join(numbers.Select(Number))}<td class="text">{prompt}</td><td class="text">{completion}{(row.Ended ? "" : " …")}</td></tr>

            """);
    }

    private static Markup Number(double? value) => value is { } number
        ? Markup.Of($"""<td data-value="{number.ToString("R", CultureInfo.InvariantCulture)}">{NumberText.Of(number)}</td>""")
        : Markup.Of($"<td>–</td>");

    // Not within a character of two halves.
    private static string Cut(string text) => text.Length <= LongestText
        ? text
        : $"{text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)]} […]";
}
