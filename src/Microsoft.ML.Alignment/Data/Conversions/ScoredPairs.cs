using System.Runtime.InteropServices;

namespace Microsoft.ML.Alignment.Data.Conversions;

/// <summary>
/// Makes pairs of completions that were scored, in two passes: the first keeps a score a row and decides which rows meet, the second keeps
/// a text until the rows that it meets have come. Rows of one prompt may stand anywhere.
/// </summary>
internal sealed class ScoredPairs(IDataView view, ExampleColumns columns, ScorePairPlan plan)
{
    /// <summary>The pairs, in the order of the later of their rows. Completions of equal text make none.</summary>
    /// <exception cref="InvalidDataException">A score is not a number.</exception>
    public IEnumerable<PairRow> Read()
    {
        var pairs = Plan().ToLookup(pair => pair.Later);
        var lastUse = LastUse(pairs.SelectMany(group => group));
        var expiring = lastUse.ToLookup(use => use.Value, use => use.Key);
        var texts = new Dictionary<int, string>();
        using var rows = new ExampleRows(view, columns with { Values = [] });
        for (var row = 0; rows.MoveNext(); row++)
        {
            if (lastUse.ContainsKey(row))
                texts[row] = rows.Completion(0);
            foreach (var pair in pairs[row].Where(pair => texts[pair.Chosen] != texts[pair.Rejected]))
                yield return new(rows.Prompt(), texts[pair.Chosen], texts[pair.Rejected], pair.Margin);
            foreach (var used in expiring[row])
                texts.Remove(used);
        }
    }

    /// <summary>For each row that is in a pair, the row with which its last pair is complete.</summary>
    private static Dictionary<int, int> LastUse(IEnumerable<ScorePair> pairs)
    {
        var last = new Dictionary<int, int>();
        foreach (var pair in pairs)
        {
            foreach (var row in (int[])[pair.Chosen, pair.Rejected])
                last[row] = Math.Max(last.GetValueOrDefault(row), pair.Later);
        }

        return last;
    }

    private IEnumerable<ScorePair> Plan()
    {
        var prompts = new Dictionary<ulong, List<(int Row, float Score)>>();
        using var rows = new ExampleRows(view, columns with { Completions = [] });
        for (var row = 0; rows.MoveNext(); row++)
        {
            ref var scores = ref CollectionsMarshal.GetValueRefOrAddDefault(prompts, TextHash.Of(rows.Prompt()), out _);
            (scores ??= []).Add((row, FeedbackRows.RequireNumber(rows, columns.Values[0])));
        }

        return prompts.Values.SelectMany(plan.Of);
    }
}
