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
    private TokenBatch[] MicroBatches(int[] step)
    {
        TokenizedExample[] examples = [.. step.OrderByDescending(store.TokenCount).Select(store.Read)];
        var prefix = Collator.SharedPrefix(examples);
        var batches = new List<List<TokenizedExample>>();
        var rows = 0;
        foreach (var example in examples)
        {
            rows += example.TokenCount - prefix;
            if (batches.Count == 0 || batches[^1].Count == plan.MicroBatchSize || prefix + rows > plan.MicroBatchTokens)
            {
                batches.Add([]);
                rows = example.TokenCount - prefix;
            }

            batches[^1].Add(example);
        }

        return [.. batches.Select(batch => Collator.Pack(batch, plan.EndRows))];
    }
}
