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
        if (statistics is null)
            return WithoutGradient(hidden, headWeight, labels, chunks);
        var (logProbs, entropy, isTop) = ComputeWithStatistics(hidden, headWeight, labels, chunkBytes);
        statistics.Set(isTop, entropy);
        return logProbs;
    }

    /// <summary>Computes log-probabilities, entropy and whether the label is on top; without gradients.</summary>
    /// <param name="hidden">float32 or bfloat16. Shape <c>[M, D]</c>.</param>
    /// <param name="headWeight">Of the same type. Shape <c>[V, D]</c>.</param>
    /// <param name="labels">int64. Shape <c>[M]</c>.</param>
    /// <param name="chunkBytes">Bytes of float32 logits made at once; one row at least.</param>
    public static CompletionStatistics ComputeWithStatistics(
        Tensor hidden, Tensor headWeight, Tensor labels, long chunkBytes = DefaultChunkBytes)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var rows = hidden.shape[0];
        var result = empty(rows, ScalarType.Float32, hidden.device).MoveToOuterDisposeScope();
        var entropy = empty(rows, ScalarType.Float32, hidden.device).MoveToOuterDisposeScope();
        var isTop = empty(rows, ScalarType.Bool, hidden.device).MoveToOuterDisposeScope();
        foreach (var (start, count) in new RowChunks(rows, headWeight.shape[0], chunkBytes).All())
        {
            using var chunk = NewDisposeScope();
            var label = labels.narrow(0, start, count);
            var logProbs = LogSoftmax(hidden.narrow(0, start, count), headWeight); // [m, V]
            result.narrow(0, start, count).copy_(Pick(logProbs, label));
            isTop.narrow(0, start, count).copy_(logProbs.argmax(-1).eq(label));
            entropy.narrow(0, start, count).copy_(Entropy(logProbs));
        }

        return new(result, entropy, isTop);
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
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var result = empty(hidden.shape[0], ScalarType.Float32, hidden.device).MoveToOuterDisposeScope();
        foreach (var (start, count) in new RowChunks(hidden.shape[0], headWeight.shape[0], chunkBytes).All())
        {
            using var chunk = NewDisposeScope();
            result.narrow(0, start, count).copy_((2 * LogSoftmax(hidden.narrow(0, start, count), headWeight)).logsumexp(-1));
        }

        return result;
    }

    /// <summary>Log-probabilities of all tokens, float32. Shape <c>[m, V]</c>.</summary>
    internal static Tensor LogSoftmax(Tensor hidden, Tensor headWeight)
    {
        using var logits = nn.functional.linear(hidden, headWeight); // [m, V]
        if (logits.dtype == ScalarType.Float32)
            return logits.log_softmax(-1);
        using var wide = logits.to_type(ScalarType.Float32);
        return wide.log_softmax(-1);
    }

    /// <summary>The entries of the labels. Shape <c>[m, V]</c> to <c>[m]</c>.</summary>
    internal static Tensor Pick(Tensor logProbs, Tensor labels)
    {
        using var columns = labels.unsqueeze(1);
        using var picked = logProbs.gather(1, columns);
        return picked.squeeze(1);
    }

    /// <summary>Whether each label is the most probable token. Shapes <c>[m, V]</c> and <c>[m]</c> to <c>[m]</c>, bool.</summary>
    internal static Tensor IsTop(Tensor logProbs, Tensor picked) => picked.ge(logProbs.amax([-1]));

    /// <summary>Turns log-probabilities in place into softmax - onehot(label), the gradient of -log-prob by the logits.</summary>
    internal static Tensor IntoLogitGradient(Tensor logProbs, Tensor labels)
    {
        using var columns = labels.unsqueeze(1);
        using var minusOne = full(columns.shape, -1f, ScalarType.Float32, logProbs.device);
        return logProbs.exp_().scatter_add_(1, columns, minusOne);
    }

    // Probabilities that underflow to 0 have finite log-probabilities, so that the product is 0 as it should be, unless a logit is -inf.
    private static Tensor Entropy(Tensor logProbs)
    {
        var probabilities = logProbs.exp();
        return probabilities.mul_(logProbs).nan_to_num_(0).sum([-1]).neg_();
    }

    private static Tensor WithoutGradient(Tensor hidden, Tensor headWeight, Tensor labels, RowChunks chunks)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var result = empty(hidden.shape[0], ScalarType.Float32, hidden.device);
        foreach (var (start, count) in chunks.All())
        {
            using var chunk = NewDisposeScope();
            var logProbs = LogSoftmax(hidden.narrow(0, start, count), headWeight);
            result.narrow(0, start, count).copy_(Pick(logProbs, labels.narrow(0, start, count)));
        }

        return result.MoveToOuterDisposeScope();
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
