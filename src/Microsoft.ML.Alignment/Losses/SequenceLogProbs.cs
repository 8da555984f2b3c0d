using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Log-probabilities a model gives to completions.</summary>
/// <param name="Sum">Sum over each completion's tokens, in nats, float32. Shape <c>[S]</c>.</param>
/// <param name="TokenCount">Completion tokens, float32, at least 1. Shape <c>[S]</c>.</param>
internal readonly record struct SequenceLogProbs(Tensor Sum, Tensor TokenCount)
{
    /// <summary>Gets the mean log-probability per completion token, in nats. Shape <c>[S]</c>.</summary>
    public Tensor Mean => Sum / TokenCount;

    /// <summary>Sums values of tokens by sequence.</summary>
    /// <param name="tokens">One value a token, float32. Shape <c>[M]</c>.</param>
    /// <param name="sequences">The sequence that each token belongs to. Shape <c>[M]</c>.</param>
    /// <param name="count">Sequences, S.</param>
    /// <returns>Shape <c>[S]</c>.</returns>
    public static Tensor SumBySequence(Tensor tokens, long[] sequences, int count) =>
        zeros(count, ScalarType.Float32, tokens.device).PlusAt(tensor(sequences, device: tokens.device), tokens);
}
