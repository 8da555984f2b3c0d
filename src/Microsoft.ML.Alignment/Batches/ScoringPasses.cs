namespace Microsoft.ML.Alignment.Batches;

/// <summary>Divides examples into passes of a bounded number of tokens.</summary>
internal static class ScoringPasses
{
    /// <summary>Tokens of a pass, where no example is longer.</summary>
    public const int TokensOfPass = 4096;

    /// <summary>
    /// Indices of the examples of each pass; rows of like length together, so that no long row makes many short ones wait.
    /// </summary>
    /// <param name="tokenCounts">Tokens of each example.</param>
    public static IEnumerable<IReadOnlyList<int>> Of(IReadOnlyList<int> tokenCounts)
    {
        var rows = new List<int>();
        var tokens = 0;
        foreach (var row in Enumerable.Range(0, tokenCounts.Count).OrderBy(row => tokenCounts[row]))
        {
            if (rows.Count > 0 && tokens + tokenCounts[row] > TokensOfPass)
            {
                yield return rows;
                (rows, tokens) = ([], 0);
            }

            rows.Add(row);
            tokens += tokenCounts[row];
        }

        if (rows.Count > 0)
            yield return rows;
    }
}
