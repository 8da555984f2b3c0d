namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Ranks the completions of each prompt by their scores: 1 for the best, −1 for the worst, nothing where none is better.</summary>
internal sealed class RankedPairs : IAdvantages
{
    /// <inheritdoc/>
    public bool ReadsTokens => false;

    /// <inheritdoc/>
    public void Give(IReadOnlyList<SampledGroup> groups, double coefficient)
    {
        foreach (var group in groups)
        {
            foreach (var row in group.Rows)
                row.Advantages = null;
            SampledRow[] known = [.. group.Rows.Where(row => row.Score is not null)];
            if (known.Length < 2)
                continue;
            var (best, worst) = (known.MaxBy(row => row.Score)!, known.MinBy(row => row.Score)!);
            if (best.Score > worst.Score)
                (best.Advantages, worst.Advantages) = (All(best, 1), All(worst, -1));
        }
    }

    private static float[] All(SampledRow row, float rank) => [.. Enumerable.Repeat(rank, row.Ids.Length)];
}
