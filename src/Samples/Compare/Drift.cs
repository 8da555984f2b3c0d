using System.Globalization;

namespace Samples.Compare;

/// <summary>What holds a policy near the SFT model: says in numbers how far ORPO goes when its SFT term is off, beside DPO with its reference.</summary>
internal static class Drift
{
    /// <returns>Sentences; none if one of the two was not run.</returns>
    public static IReadOnlyList<string> Describe(IReadOnlyList<MedianRow> rows)
    {
        var orpo = rows.SingleOrDefault(row => row.Method == ComparedMethods.OrpoAloneTitle);
        var dpo = rows.SingleOrDefault(row => row.Method == ComparedMethods.DpoAloneTitle);
        return orpo is null || dpo is null
            ? []
            : [$"{Numbers(orpo)}; {Numbers(dpo)}.", Verdict(orpo, dpo), .. Example(rows.Single(row => row.Method == ComparedMethods.SftTitle), dpo, orpo)];
    }

    private static string Numbers(MedianRow row)
    {
        string Cell(ResultColumn column) => column.Text(row[column]);
        return $"{row.Method}: {Cell(ResultColumn.Kl)} nats from SFT, {Cell(ResultColumn.Changed)} answers changed, "
            + $"log-prob of the chosen completions {Cell(ResultColumn.ChosenChange)}";
    }

    private static string Verdict(MedianRow orpo, MedianRow dpo)
    {
        var times = orpo[ResultColumn.Kl] / dpo[ResultColumn.Kl];
        return times > 1
            ? string.Create(CultureInfo.InvariantCulture, $"At the same rate, ORPO without its SFT term drifts {times:0.0} times as far as DPO, which its reference holds.")
            : "At the same rate, ORPO without its SFT term does not drift further than DPO here.";
    }

    /// <summary>A verb that ORPO answers otherwise than SFT does, and what the three say.</summary>
    private static IEnumerable<string> Example(params MedianRow[] rows)
    {
        var answers = rows.Select(row => row.Runs[0].Test.Answers).ToList();
        var changed = answers[0].Zip(answers[^1]).TakeWhile(pair => pair.First == pair.Second).Count();
        return changed == answers[0].Count
            ? ["No answer changed."]
            : [Wording.Test.Ask(Verb.LoadAll().Where(verb => verb is { Split: "test", IsRegular: false }).ElementAt(changed)),
               .. rows.Select((row, index) => $"  {row.Method}: {answers[index][changed].Trim()}")];
    }
}
