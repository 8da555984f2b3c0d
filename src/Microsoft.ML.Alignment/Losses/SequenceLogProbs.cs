namespace Microsoft.ML.Alignment.Losses;

/// <summary>Log-probabilities a model gives to completions.</summary>
/// <param name="Sum">Sum over each completion's tokens, in nats, float32. Shape <c>[S]</c>.</param>
/// <param name="TokenCount">Completion tokens, float32, at least 1. Shape <c>[S]</c>.</param>
internal readonly record struct SequenceLogProbs(Tensor Sum, Tensor TokenCount)
{
    /// <summary>Gets the mean log-probability per completion token, in nats. Shape <c>[S]</c>.</summary>
    public Tensor Mean => Sum / TokenCount;

    /// <summary>The first of the sequences. Shapes <c>[count]</c>.</summary>
    public SequenceLogProbs First(long count) => new(Sum.narrow(0, 0, count), TokenCount.narrow(0, 0, count));
}
