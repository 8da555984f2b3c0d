namespace Microsoft.ML.Alignment.Data;

/// <summary>
/// Serves a store of examples, every one once an epoch. The last step of an epoch is short where the batch size does not divide the examples.
/// </summary>
internal sealed class DatasetSource(IExampleStore store, BatchPlan plan) : IBatchSource<TokenBatch>
{
    public int StepsPerEpoch => (int)(((long)store.Count + plan.BatchSize - 1) / plan.BatchSize);

    public IEnumerable<IReadOnlyList<TokenBatch>> Steps(int epoch)
    {
        var order = plan.Shuffle ? Permutation.Of(store.Count, plan.Seed, epoch) : [.. Enumerable.Range(0, store.Count)];
        foreach (var step in order.Chunk(plan.BatchSize))
            yield return MicroBatches(step);
    }

    /// <summary>Examples of like length are computed together, so that the micro-batches of a step take like time and memory.</summary>
    private TokenBatch[] MicroBatches(int[] step) =>
        [.. step.OrderByDescending(store.TokenCount).Chunk(plan.MicroBatchSize)
            .Select(indexes => Collator.Pack([.. indexes.Select(store.Read)], plan.EndRows))];
}
