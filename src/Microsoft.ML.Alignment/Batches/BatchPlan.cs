namespace Microsoft.ML.Alignment.Batches;

/// <summary>How examples are dealt out to optimizer steps and micro-batches.</summary>
/// <param name="BatchSize">Examples of one optimizer step; at least 1.</param>
/// <param name="MicroBatchSize">Examples that are computed at once; at least 1.</param>
/// <param name="Seed">Together with the epoch it fixes the order.</param>
/// <param name="Shuffle">Whether each epoch has an order of its own; otherwise it is the order of the store.</param>
internal sealed record BatchPlan(int BatchSize, int MicroBatchSize, int Seed, bool Shuffle)
{
    public int BatchSize { get; } = Require.AtLeast(1, BatchSize, nameof(BatchSize));

    public int MicroBatchSize { get; } = Require.AtLeast(1, MicroBatchSize, nameof(MicroBatchSize));

    /// <summary>Gets the most tokens that are computed at once; what prompts share counts once. One example may have more.</summary>
    public int MicroBatchTokens { get; init => field = Require.AtLeast(1, value); } = int.MaxValue;
}
