using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Batches;

/// <summary>The rows of an optimizer step, by their index in the store.</summary>
/// <param name="Rows">At least one.</param>
/// <param name="Before">The row before the first one in the epoch; for the epoch's first step, its last row.</param>
internal readonly record struct StepRows(int[] Rows, int Before);

/// <summary>Deals a store's rows out to optimizer steps, every row once an epoch. The last step of an epoch may be short.</summary>
/// <param name="count">Rows of the store.</param>
/// <param name="plan">Batch size, seed, and whether each epoch has an order of its own.</param>
internal sealed class StepOrder(int count, BatchPlan plan)
{
    /// <summary>Gets the number of optimizer steps of one epoch.</summary>
    public int StepsPerEpoch => (int)(((long)count + plan.BatchSize - 1) / plan.BatchSize);

    /// <summary>The steps without end, from a step on.</summary>
    public IEnumerable<StepRows> From(long step)
    {
        for (var epoch = (int)(step / StepsPerEpoch); ; epoch++, step = 0)
            foreach (var rows in Epoch(epoch).Skip((int)(step % StepsPerEpoch)))
                yield return rows;
    }

    /// <summary>The steps of an epoch.</summary>
    /// <param name="epoch">From 0; the order is a function of it and of the seed.</param>
    public IEnumerable<StepRows> Epoch(int epoch)
    {
        var order = plan.Shuffle ? Permutation.Of(count, plan.Seed, epoch) : [.. Enumerable.Range(0, count)];
        var before = order[^1];
        foreach (var rows in order.Chunk(plan.BatchSize))
        {
            yield return new(rows, before);
            before = rows[^1];
        }
    }
}
