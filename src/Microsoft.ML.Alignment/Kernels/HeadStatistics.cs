namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// What the head says of completion tokens besides their log-probabilities. <see cref="CompletionLogProbs.Compute"/> fills it while it has
/// the logits; what it costs is one look at them.
/// </summary>
internal sealed class HeadStatistics : IDisposable
{
    /// <summary>Gets the log-probabilities themselves, detached, in nats, float32. Shape <c>[M]</c>.</summary>
    public Tensor? LogProbs { get; private set; }

    /// <summary>Gets whether each token is the most probable one, bool. Shape <c>[M]</c>.</summary>
    public Tensor? IsTop { get; private set; }

    /// <summary>
    /// Gets the entropy of the distribution that each token is of, in nats, float32, detached. Shape <c>[M]</c>. Null in a pass with
    /// gradients, which would have to look at all logits several more times.
    /// </summary>
    public Tensor? Entropy { get; private set; }

    /// <summary>Takes the results and keeps them until it is disposed.</summary>
    public void Set(Tensor isTop, Tensor? entropy) =>
        (IsTop, Entropy) = (isTop.DetachFromDisposeScope(), entropy?.DetachFromDisposeScope());

    /// <summary>Takes the log-probabilities of all targets too, and gives each of these what was found of the distinct ones.</summary>
    public void Spread(Tensor logProbs, DistinctTargets distinct)
    {
        LogProbs = logProbs.detach().DetachFromDisposeScope();
        if (distinct.Places is null)
            return;
        var (isTop, entropy) = (IsTop!, Entropy);
        Set(distinct.Spread(isTop), entropy is null ? null : distinct.Spread(entropy));
        isTop.Dispose();
        entropy?.Dispose();
    }

    public void Dispose()
    {
        LogProbs?.Dispose();
        IsTop?.Dispose();
        Entropy?.Dispose();
    }
}
