using System.Globalization;

using Samples.Serving;
using Samples.Verbs;

namespace Samples.Compare;

/// <summary>
/// Says in numbers whether methods that nothing holds, ORPO without its SFT term above all, go further from SFT than DPO does at the
/// same rate.
/// </summary>
internal static class Drift
{
    /// <returns>Lines; none if DPO or all the others were not run.</returns>
    public static IReadOnlyList<string> Describe(IReadOnlyList<ResultRow> rows)
    {
        var held = rows.SingleOrDefault(row => row.Method == ComparedMethods.HeldTitle);
        var free = ComparedMethods.FreeTitles.SelectMany(title => rows.Where(row => row.Method == title)).ToList();
        if (held is null || free.Count == 0)
            return [];
        var sft = rows.Single(row => row.Method == ComparedMethods.SftTitle);
        return
        [
            "What holds a policy? At one high rate, from the same SFT model:",
            $"  {Numbers(held)}.",
            .. free.Select(row => $"  {Numbers(row)}: {Verdict(row, held)}."),
            .. Example([sft, held, .. free]),
        ];
    }

    private static string Numbers(ResultRow row)
    {
        string Cell(ResultColumn column) => column.Text(row[column]);
        return $"{row.Method}: {Cell(ResultColumn.Kl)} nats from SFT, {Cell(ResultColumn.Changed)} answers changed, "
            + $"log-prob of the chosen completions {Cell(ResultColumn.ChosenChange)}";
    }

    private static string Verdict(ResultRow free, ResultRow held)
    {
        var times = free[ResultColumn.Kl] / held[ResultColumn.Kl];
        return times > 1 ? string.Create(CultureInfo.InvariantCulture, $"{times:0.0} times as far") : "no further";
    }

    /// <summary>The first verb that one of the methods answers otherwise than SFT does, else the first, and what all of them say.</summary>
    private static IEnumerable<string> Example(IReadOnlyList<ResultRow> rows)
    {
        var answers = rows.Select(row => row.Runs[0].Test.Answers).ToList();
        var verb = Enumerable.Range(0, answers[0].Count).FirstOrDefault(i => answers.Any(said => said[i] != answers[0][i]));
        return rows.Select((row, i) => $"    {row.Method}: {Ask.OneLine(answers[i][verb])}").Prepend($"  {Question(verb)}");
    }

    private static string Question(int verb) =>
        Wording.Test.Ask(Verb.LoadAll().Where(test => test is { Split: "test", IsRegular: false }).ElementAt(verb));
}
