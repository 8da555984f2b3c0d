namespace Microsoft.ML.Alignment.Losses;

/// <summary>What some losses need of a pair beside sums and counts, because it must be read token by token.</summary>
[Flags]
internal enum PairDetails
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary><see cref="PairLogProbs.SharedSum"/>.</summary>
    SharedSum = 1,
    /// <summary><see cref="PairLogProbs.Agreement"/>.</summary>
    Agreement = 2,
}

/// <summary>
/// Log-probabilities that one model gives to both sides of preference pairs: summed and per token, so that no flag decides which.
/// </summary>
/// <param name="Sum">Sums over each completion's tokens, in nats. Shapes <c>[B]</c>.</param>
/// <param name="TokenCount">Completion tokens. Shapes <c>[B]</c>.</param>
internal readonly record struct PairLogProbs(Pair Sum, Pair TokenCount)
{
    /// <summary>Gets the means per completion token, in nats. Shapes <c>[B]</c>.</summary>
    public Pair Mean => Sum / TokenCount;

    /// <summary>
    /// Gets the sums over as many tokens as the pair's shorter side has, in nats; null where no loss asked. Shapes <c>[B]</c>.
    /// </summary>
    public Pair? SharedSum { get; init; }

    /// <summary>
    /// Gets the means over the tokens of log π(y_t) − log Σ_v π(v)², in nats: how near the tokens are to what the model itself samples.
    /// Null where no loss asked. Shapes <c>[B]</c>.
    /// </summary>
    public Pair? Agreement { get; init; }

    /// <summary>The sides the other way round.</summary>
    public PairLogProbs Swap() => new(Sum.Swap(), TokenCount.Swap()) { SharedSum = SharedSum?.Swap(), Agreement = Agreement?.Swap() };
}
