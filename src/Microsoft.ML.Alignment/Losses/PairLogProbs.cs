namespace Microsoft.ML.Alignment.Losses;

/// <summary>Log-probabilities that one model gives to both sides of preference pairs: summed and per token, so that no flag decides which.</summary>
/// <param name="Sum">Sums over each completion's tokens, in nats. Shapes <c>[B]</c>.</param>
/// <param name="TokenCount">Completion tokens. Shapes <c>[B]</c>.</param>
internal readonly record struct PairLogProbs(Pair Sum, Pair TokenCount)
{
    /// <summary>Gets the means per completion token, in nats. Shapes <c>[B]</c>.</summary>
    public Pair Mean => new(Sum.Chosen / TokenCount.Chosen, Sum.Rejected / TokenCount.Rejected);

    /// <summary>Splits log-probabilities that hold all chosen before all rejected, shapes <c>[2B]</c>.</summary>
    public static PairLogProbs Split(SequenceLogProbs logProbs) => new(Pair.Split(logProbs.Sum), Pair.Split(logProbs.TokenCount));
}
