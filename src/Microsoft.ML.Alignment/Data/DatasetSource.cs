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
        var before = order[^1];
        foreach (var step in order.Chunk(plan.BatchSize))
        {
            var neighbour = before;
            TokenizedExample[] examples = [.. step.Select(store.Read)];
            yield return MicroBatches(examples, plan.Mismatched?.Of(examples, () => Other(neighbour, step[0])));
            before = step[^1];
        }
    }

    private TokenizedExample Other(int index, int than) => index != than
        ? store.Read(index)
        : throw new InvalidDataException(
            "The data hold one row that can be used; two are needed, so that it can be seen beside another's completion.");

    /// <summary>Examples of like length are computed together, so that the micro-batches of a step take like time and memory.</summary>
    private TokenBatch[] MicroBatches(TokenizedExample[] step, TokenizedExample[]? mismatched) =>
        [.. Enumerable.Range(0, step.Length).OrderByDescending(at => step[at].TokenCount).Chunk(plan.MicroBatchSize)
            .Select(rows => Collator.Pack([.. rows.Select(at => step[at])], plan.EndRows) with
            {
                Mismatched = mismatched is null ? null : Collator.Pack([.. rows.Select(at => mismatched[at])], endRows: false),
            })];
}
