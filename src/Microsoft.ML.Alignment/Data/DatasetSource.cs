namespace Microsoft.ML.Alignment.Data;

/// <summary>
/// Serves a store of examples, every one once an epoch. The last step of an epoch is short where the batch size does not divide the
/// examples.
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
            var mismatched = plan.Mismatched?.Of(examples, () => Other(neighbour, step[0]));
            var batches = MicroBatches(examples, mismatched);
            yield return mismatched is null ? batches : WithOnePass(batches);
            before = step[^1];
        }
    }

    private TokenizedExample Other(int index, int than) => index != than
        ? store.Read(index)
        : throw new InvalidDataException(
            "The data hold one row that can be used; two are needed, so that it can be seen beside another's completion.");

    private TokenBatch[] MicroBatches(TokenizedExample[] step, TokenizedExample[]? mismatched) =>
        [.. Cut(step).Select(rows => Collator.Pack([.. rows.Select(at => step[at])], plan.EndRows) with
        {
            Mismatched = mismatched is null ? null : Collator.Pack([.. rows.Select(at => mismatched[at])], endRows: false),
        })];

    // Several micro-batches have to wait for the divergence that all of them share.
    private TokenBatch[] WithOnePass(TokenBatch[] step)
    {
        if (step is not [{ Mismatched: { } mismatched } batch] || !plan.Mismatched!.SharesPasses)
            return step;
        var together = MismatchedCompletions.Together(batch.Examples, mismatched.Examples);
        var pass = together is null ? null : Collator.Pack(together, endRows: false);
        return pass?.Rows.Count <= plan.MicroBatchTokens ? [batch with { Together = pass }] : step;
    }

    /// <summary>
    /// Places of the examples of each micro-batch. Those of like length are computed together, so that the micro-batches take like time and
    /// memory.
    /// </summary>
    private List<List<int>> Cut(TokenizedExample[] step)
    {
        var prefix = Collator.SharedPrefix(step);
        var batches = new List<List<int>>();
        var rows = 0;
        foreach (var at in Enumerable.Range(0, step.Length).OrderByDescending(at => step[at].TokenCount))
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
