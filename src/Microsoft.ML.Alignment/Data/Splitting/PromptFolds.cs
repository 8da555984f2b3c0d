using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Data.Splitting;

/// <summary>Deals whole groups of equal prompts out to folds that are as equal in rows as the groups allow.</summary>
internal static class PromptFolds
{
    /// <summary>The rows of each fold, and those of all others, read lazily.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or is no text.</exception>
    /// <exception cref="InvalidDataException">There are fewer different prompts than folds.</exception>
    public static IReadOnlyList<(PromptSplitView Train, PromptSplitView Test)> Of(IDataView view, int folds, int seed, string promptColumn)
    {
        var groups = new PromptGroups(view, promptColumn);
        var sizes = groups.Sizes(view);
        if (sizes.Count < folds)
            throw new InvalidDataException(
                $"The data has {sizes.Count} different prompts in column '{promptColumn}', too few for {folds} folds, of which each needs one. Use "
                + $"{Math.Max(sizes.Count, 2)} folds or fewer, or more prompts.");
        var all = sizes.Values.Sum();
        return
        [
            .. Deal(sizes, folds, seed).Select(fold =>
            {
                var rows = fold.Sum(group => sizes[group]);
                return (new PromptSplitView(view, groups, fold, false, all - rows), new PromptSplitView(view, groups, fold, true, rows));
            }),
        ];
    }

    /// <summary>The largest groups first, each to the fold with the fewest rows so far; the seed decides among equals.</summary>
    internal static IReadOnlyList<HashSet<ulong>> Deal(IReadOnlyDictionary<ulong, long> sizes, int folds, int seed)
    {
        var mark = SplitMix64.Spread((uint)seed + 1UL);
        var dealt = Enumerable.Range(0, folds).Select(_ => new HashSet<ulong>()).ToArray();
        var rows = new PriorityQueue<int, (long Rows, int Fold)>(Enumerable.Range(0, folds).Select(fold => (fold, (0L, fold))));
        foreach (var group in sizes.Keys.OrderByDescending(group => sizes[group]).ThenBy(group => SplitMix64.Spread(group ^ mark)))
        {
            rows.TryDequeue(out var fold, out var held);
            dealt[fold].Add(group);
            rows.Enqueue(fold, (held.Rows + sizes[group], fold));
        }

        return dealt;
    }
}
