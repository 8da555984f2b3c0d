using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Batches;

/// <summary>Cuts an optimizer step into micro-batches.</summary>
internal static class MicroBatches
{
    /// <summary>
    /// Places of the examples of each micro-batch. Those of like length are computed together, so that the micro-batches take like time and
    /// memory.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<int>> Cut(IReadOnlyList<TokenizedExample> step, BatchPlan plan)
    {
        var prefix = Collator.SharedPrefix(step);
        var batches = new List<List<int>>();
        var rows = 0;
        foreach (var at in Enumerable.Range(0, step.Count).OrderByDescending(at => step[at].TokenCount))
        {
            rows += step[at].TokenCount - prefix;
            if (batches.Count == 0 || batches[^1].Count == plan.MicroBatchSize || prefix + rows > plan.MicroBatchTokens)
            {
                batches.Add([]);
                rows = step[at].TokenCount - prefix;
            }

            batches[^1].Add(at);
        }

        return batches;
    }
}
