using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

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
    /// <param name="softCap">c where logits x become c · tanh(x / c); null if they do not.</param>
    public static Tensor Compute(
        Tensor hidden, Tensor headWeight, Tensor labels, long chunkBytes = DefaultChunkBytes, HeadStatistics? statistics = null,
        double? softCap = null)
    {
        var (pass, asksForGradient) = Plan(hidden, headWeight, new(chunkBytes, statistics, softCap));
        if (asksForGradient)
        {
            return headWeight.requires_grad
                ? TrainedHeadLogProbs.Apply(hidden, headWeight, labels, pass) : FrozenHeadLogProbs.Apply(hidden, headWeight, labels, pass);
        }

        using var scope = NewDisposeScope();
        var read = Read(hidden, headWeight, labels, pass, statistics is null ? LogitDetails.None : LogitDetails.Entropy);
        statistics?.Set(read.IsTop, read.Entropy);
        return read.LogProbs.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Computes the log-probabilities of the labels and the entropy of each row's distribution, both in nats, float32 and with gradient.
    /// Shapes <c>[M]</c>.
    /// </summary>
    /// <inheritdoc cref="Compute" path="/param"/>
    public static (Tensor LogProbs, Tensor Entropy) ComputeWithEntropy(
        Tensor hidden, Tensor headWeight, Tensor labels, long chunkBytes = DefaultChunkBytes, HeadStatistics? statistics = null,
        double? softCap = null)
    {
        using var scope = NewDisposeScope();
        var (pass, asksForGradient) = Plan(hidden, headWeight, new(chunkBytes, statistics, softCap));
        if (asksForGradient)
        {
            var both = HeadLogProbsWithEntropy.Apply(hidden, headWeight, labels, pass); // [2, M]
            return (both.select(0, 0).MoveToOuterDisposeScope(), both.select(0, 1).MoveToOuterDisposeScope());
        }

        var read = Read(hidden, headWeight, labels, pass, LogitDetails.Entropy);
        statistics?.Set(read.IsTop, read.Entropy.alias());
        return (read.LogProbs.MoveToOuterDisposeScope(), read.Entropy.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Computes log Σ_v p(v)², the log-probability that two draws from a row's distribution agree, in nats, float32; without gradients.
    /// Shape <c>[M]</c>.
    /// </summary>
    /// <param name="hidden">float32 or bfloat16. Shape <c>[M, D]</c>.</param>
    /// <param name="headWeight">Of the same type. Shape <c>[V, D]</c>.</param>
    /// <param name="chunkBytes">Bytes of float32 logits made at once; one row at least.</param>
    /// <param name="softCap">c where logits x become c · tanh(x / c); null if they do not.</param>
    public static Tensor LogCollision(Tensor hidden, Tensor headWeight, long chunkBytes = DefaultChunkBytes, double? softCap = null)
    {
        using var scope = NewDisposeScope();
        var anyLabels = zeros(hidden.shape[0], ScalarType.Int64, hidden.device);
        var pass = Plan(hidden, headWeight, new(chunkBytes, null, softCap)).Pass;
        return Read(hidden, headWeight, anyLabels, pass, LogitDetails.LogCollision).LogCollision.MoveToOuterDisposeScope();
    }

    private static (HeadPass Pass, bool AsksForGradient) Plan(Tensor hidden, Tensor headWeight, Wanted wanted)
    {
        var (asksForGradient, trains) = (is_grad_enabled() && (hidden.requires_grad || headWeight.requires_grad), headWeight.requires_grad);
        var chunks = new RowChunks(hidden.shape[0], headWeight.shape[0], wanted.ChunkBytes);
        var whole = asksForGradient && trains ? new RowChunks(hidden.shape[0], headWeight.shape[0], TrainedHeadFactor * wanted.ChunkBytes) : chunks;
        var isPlain = PlainKernels.Serve(hidden) || hidden.dtype == ScalarType.Float64;
        return (new(whole.Count == 1 ? whole : chunks, wanted.Statistics, isPlain, wanted.SoftCap), asksForGradient);
    }

    private static LogitReader Read(Tensor hidden, Tensor headWeight, Tensor labels, HeadPass pass, LogitDetails details)
    {
        using var noGrad = no_grad();
        var reader = pass.Reader(hidden, labels, details);
        foreach (var (start, count) in pass.Chunks.All())
        {
            using var chunk = NewDisposeScope();
            reader.Read(nn.functional.linear(hidden.narrow(0, start, count), headWeight), start);
        }

        return reader;
    }

    private readonly record struct Wanted(long ChunkBytes, HeadStatistics? Statistics, double? SoftCap);
}

/// <summary>How a pass through the head goes.</summary>
/// <param name="Chunks">The rows at once.</param>
/// <param name="Statistics">Filled on the way; null where nobody wants them.</param>
/// <param name="IsPlain">Whether logits are read with operations of libtorch alone.</param>
/// <param name="SoftCap">c where logits x become c · tanh(x / c); null if they do not.</param>
internal sealed record HeadPass(RowChunks Chunks, HeadStatistics? Statistics, bool IsPlain, double? SoftCap)
{
    /// <summary>Makes the reader of the logits of rows.</summary>
    /// <inheritdoc cref="LogitReader.Of" path="/param"/>
    public LogitReader Reader(Tensor hidden, Tensor labels, LogitDetails details = LogitDetails.None)
    {
        var reader = LogitReader.Of(hidden, labels, IsPlain, details);
        return SoftCap is { } cap ? new SoftCappedReader(reader, cap) : reader;
    }

    /// <summary>Gives what was read to who wants it.</summary>
    public void Tell(LogitReader reader) => Statistics?.Set(reader.IsTop, null);
}

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
