namespace Microsoft.ML.Alignment.Data.Conversions;

/// <summary>A pair of rows that were scored.</summary>
/// <param name="Chosen">Index of the row with the higher score.</param>
/// <param name="Rejected">Index of the row with the lower score.</param>
/// <param name="Margin">Difference of the scores, above 0.</param>
internal readonly record struct ScorePair(int Chosen, int Rejected, float Margin)
{
    /// <summary>Gets the later of both rows.</summary>
    public int Later => Math.Max(Chosen, Rejected);
}

/// <summary>Decides which of the completions of one prompt become pairs.</summary>
internal sealed class ScorePairPlan(CompletionPairing pairing, double minimumMargin)
{
    /// <summary>Pairs of the rows of one prompt.</summary>
    /// <param name="rows">Indexes of the rows, rising, with their scores.</param>
    public IEnumerable<ScorePair> Of(IReadOnlyList<(int Row, float Score)> rows)
    {
        var pairs = pairing == CompletionPairing.All
            ? rows.SelectMany((first, at) => rows.Skip(at + 1).Select(second => Pair(first, second)))
            : [Pair(rows.MaxBy(row => row.Score), rows.MinBy(row => row.Score))];
        return pairs.Where(pair => pair.Margin > 0 && pair.Margin >= minimumMargin);
    }

    private static ScorePair Pair((int Row, float Score) first, (int Row, float Score) second) => first.Score >= second.Score
        ? new(first.Row, second.Row, first.Score - second.Score)
        : new(second.Row, first.Row, second.Score - first.Score);
}
