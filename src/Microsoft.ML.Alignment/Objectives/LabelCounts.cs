using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>How many completions are desirable and how many are not.</summary>
internal readonly record struct LabelCounts(int Desirable, int Undesirable)
{
    /// <summary>Gets the number of completions.</summary>
    public int Total => Desirable + Undesirable;

    /// <summary>Counts labels.</summary>
    public static LabelCounts Of(IEnumerable<bool> labels)
    {
        var (desirable, all) = (0, 0);
        foreach (var isDesirable in labels)
            (desirable, all) = (isDesirable ? desirable + 1 : desirable, all + 1);
        return new(desirable, all - desirable);
    }

    /// <summary>Counts over all examples of a store.</summary>
    public static LabelCounts Of(IExampleStore store) =>
        Of(Enumerable.Range(0, store.Count).Select(index => FeedbackBatch.IsDesirable(store.Read(index))));

    /// <summary>The counts of all ranks together.</summary>
    public LabelCounts Over(ICollective all)
    {
        var sums = all.Sum([Desirable, Undesirable]);
        return new((int)sums[0], (int)sums[1]);
    }
}
