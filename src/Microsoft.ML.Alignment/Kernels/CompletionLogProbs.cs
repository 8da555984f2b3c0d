namespace Microsoft.ML.Alignment.Kernels;

/// <summary>Log-probabilities of completion tokens, with what sampling metrics need on demand.</summary>
/// <param name="LogProbs">In nats, float32. Shape <c>[M]</c>.</param>
/// <param name="Entropy">Entropy of the next-token distribution in nats, float32. Shape <c>[M]</c>.</param>
/// <param name="IsTop">Whether the token is the most probable one, bool. Shape <c>[M]</c>.</param>
internal readonly record struct CompletionStatistics(Tensor LogProbs, Tensor Entropy, Tensor IsTop);

/// <summary>
/// log softmax(h W^T)[label] for rows of hidden states, computed in chunks of rows, so that <c>[M, V]</c> logits never exist at once.
/// </summary>
internal static class CompletionLogProbs
{
    /// <summary>Bytes of float32 logits that are made at once.</summary>
    public const long DefaultChunkBytes = 64L << 20;

    // Under a head that trains, chunks cost a third more time, since backward makes the logits again. Training all weights needs
    // gigabytes anyway, so up to this many times the budget all rows are one chunk, which backward reuses.
    public const int TrainedHeadFactor = 4;

    /// <summary>Computes the log-probabilities of the labels, in nats, float32. Shape <c>[M]</c>.</summary>
    /// <param name="hidden">float32 or bfloat16. Shape <c>[M, D]</c>.</param>
    /// <param name="headWeight">Of the same type. Shape <c>[V, D]</c>.</param>
    /// <param name="labels">int64. Shape <c>[M]</c>.</param>
    /// <param name="chunkBytes">Bytes of float32 logits made at once; one row at least.</param>
    /// <param name="statistics">Filled on the way; null where nobody wants them.</param>
    public static Tensor Compute(
        Tensor hidden, Tensor headWeight, Tensor labels, long chunkBytes = DefaultChunkBytes, HeadStatistics? statistics = null)
    {
        var chunks = new RowChunks(hidden.shape[0], headWeight.shape[0], chunkBytes);
        if (is_grad_enabled() && headWeight.requires_grad)
        {
            var whole = new RowChunks(hidden.shape[0], headWeight.shape[0], TrainedHeadFactor * chunkBytes);
            return TrainedHeadLogProbs.Apply(hidden, headWeight, labels, new(whole.Count == 1 ? whole : chunks, statistics));
        }

        if (is_grad_enabled() && hidden.requires_grad)
            return FrozenHeadLogProbs.Apply(hidden, headWeight, labels, new(chunks, statistics));
        using var scope = NewDisposeScope();
        var read = Read(hidden, headWeight, labels, chunks, statistics is null ? LogitDetails.None : LogitDetails.Entropy);
        statistics?.Set(read.IsTop, read.Entropy);
        return read.LogProbs.MoveToOuterDisposeScope();
    }

    /// <summary>Computes log-probabilities, entropy and whether the label is on top; without gradients.</summary>
    /// <param name="hidden">float32 or bfloat16. Shape <c>[M, D]</c>.</param>
    /// <param name="headWeight">Of the same type. Shape <c>[V, D]</c>.</param>
    /// <param name="labels">int64. Shape <c>[M]</c>.</param>
    /// <param name="chunkBytes">Bytes of float32 logits made at once; one row at least.</param>
    public static CompletionStatistics ComputeWithStatistics(
        Tensor hidden, Tensor headWeight, Tensor labels, long chunkBytes = DefaultChunkBytes)
    {
        var chunks = new RowChunks(hidden.shape[0], headWeight.shape[0], chunkBytes);
        var read = Read(hidden, headWeight, labels, chunks, LogitDetails.Entropy);
        return new(read.LogProbs, read.Entropy, read.IsTop);
    }

    /// <summary>
    /// Computes log Σ_v p(v)², the log-probability that two draws from a row's distribution agree, in nats, float32; without gradients.
    /// Shape <c>[M]</c>.
    /// </summary>
    /// <param name="hidden">float32 or bfloat16. Shape <c>[M, D]</c>.</param>
    /// <param name="headWeight">Of the same type. Shape <c>[V, D]</c>.</param>
    /// <param name="chunkBytes">Bytes of float32 logits made at once; one row at least.</param>
    public static Tensor LogCollision(Tensor hidden, Tensor headWeight, long chunkBytes = DefaultChunkBytes)
    {
        using var anyLabels = zeros(hidden.shape[0], ScalarType.Int64);
        var chunks = new RowChunks(hidden.shape[0], headWeight.shape[0], chunkBytes);
        return Read(hidden, headWeight, anyLabels, chunks, LogitDetails.LogCollision).LogCollision;
    }

    private static LabelReader Read(Tensor hidden, Tensor headWeight, Tensor labels, RowChunks chunks, LogitDetails details)
    {
        using var noGrad = no_grad();
        var reader = new LabelReader(labels, details);
        foreach (var (start, count) in chunks.All())
        {
            using var chunk = NewDisposeScope();
            reader.Read(nn.functional.linear(hidden.narrow(0, start, count), headWeight), start);
        }

        return reader;
    }
}

/// <summary>How a pass through the head goes.</summary>
/// <param name="Chunks">The rows at once.</param>
/// <param name="Statistics">Filled on the way; null where nobody wants them.</param>
internal sealed record HeadPass(RowChunks Chunks, HeadStatistics? Statistics);

/// <summary>Rows split into near-equal chunks that keep within a budget of float32 logits.</summary>
internal sealed class RowChunks(long rows, long vocabulary, long budget)
{
    /// <summary>Gets the number of chunks.</summary>
    public long Count { get; } = Math.Max(1, (rows + RowsWithin(budget, vocabulary) - 1) / RowsWithin(budget, vocabulary));

    /// <summary>The first row and the number of rows of each chunk.</summary>
    public IEnumerable<(long Start, long Count)> All()
    {
        for (long i = 0, start = 0; i < Count && rows > 0; i++)
        {
            var end = rows * (i + 1) / Count;
            yield return (start, end - start);
            start = end;
        }
    }

    private static long RowsWithin(long budget, long vocabulary) => Math.Max(1, budget / (vocabulary * sizeof(float)));
}
