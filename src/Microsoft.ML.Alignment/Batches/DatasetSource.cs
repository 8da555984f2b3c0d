using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Batches;

/// <summary>Serves a store of examples, every one once an epoch.</summary>
/// <param name="store">The examples.</param>
/// <param name="plan">How they are dealt out.</param>
/// <param name="pack">Makes a micro-batch of examples.</param>
internal sealed class DatasetSource<TBatch>(IExampleStore store, BatchPlan plan, Func<IReadOnlyList<TokenizedExample>, TBatch> pack)
    : IBatchSource<TBatch>
{
    private readonly StepOrder _order = new(store.Count, plan);

    public int StepsPerEpoch => _order.StepsPerEpoch;

    public IEnumerable<IReadOnlyList<TBatch>> Steps(long from)
    {
        foreach (var step in _order.From(from))
        {
            TokenizedExample[] examples = [.. step.Rows.Select(store.Read)];
            yield return [.. MicroBatches.Cut(examples, plan).Select(places => pack([.. places.Select(at => examples[at])]))];
        }
    }
}
