using Microsoft.ML.Alignment.Statistics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Splitting;

/// <summary>Deals whole groups of equal prompts out to training and test. In memory are a hash and a count a prompt.</summary>
internal static class PromptSplit
{
    /// <summary>Splits a view in two that are read lazily.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or is no text, or the share is not in (0, 1).</exception>
    /// <exception cref="InvalidDataException">All rows have one prompt, or there is no row.</exception>
    public static (PromptSplitView Train, PromptSplitView Test) Of(IDataView view, double testFraction, int seed, string promptColumn)
    {
        if (!(testFraction > 0 && testFraction < 1))
            throw new ArgumentOutOfRangeException(
                nameof(testFraction), testFraction, $"The share of the test set is {testFraction}; it lies between 0 and 1.");
        var groups = new PromptGroups(view, promptColumn);
        var sizes = groups.Sizes(view);
        if (sizes.Count < 2)
            throw new InvalidDataException(
                $"The data has {sizes.Count} different prompts in column '{promptColumn}'; two sets without a common prompt need two.");
        var test = Choose(sizes, testFraction, seed);
        var testRows = test.Sum(group => sizes[group]);
        return (new(view, groups, test, false, sizes.Values.Sum() - testRows), new(view, groups, test, true, testRows));
    }

    /// <summary>
    /// Goes through the groups in an order that the seed draws and takes each that still fits; at least one is taken and one left.
    /// </summary>
    internal static HashSet<ulong> Choose(Dictionary<ulong, long> sizes, double testFraction, int seed)
    {
        var wanted = Math.Max(1, (long)Math.Round(testFraction * sizes.Values.Sum(), MidpointRounding.AwayFromZero));
        var mark = SplitMix64.Spread((uint)seed + 1UL);
        ulong[] order = [.. sizes.Keys.OrderBy(group => SplitMix64.Spread(group ^ mark))];
        HashSet<ulong> chosen = [];
        foreach (var group in order)
        {
            if (sizes[group] > wanted || chosen.Count == sizes.Count - 1)
                continue;
            chosen.Add(group);
            wanted -= sizes[group];
        }

        if (chosen.Count == 0)
            chosen.Add(order.MinBy(group => sizes[group]));
        return chosen;
    }
}
