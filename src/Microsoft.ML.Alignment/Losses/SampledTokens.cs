using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>The tokens of completions that a policy sampled, as a policy gradient sees them.</summary>
/// <param name="LogProbs">log π of each token under the policy that trains, in nats, attached to the graph. Shape <c>[M]</c>.</param>
/// <param name="OldLogProbs">log π_old under the policy that sampled, in nats, detached. Shape <c>[M]</c>.</param>
/// <param name="Advantages">How much better than expected each token was, detached. Shape <c>[M]</c>.</param>
/// <param name="Completions">The completion that each token belongs to.</param>
internal sealed record SampledTokens(Tensor LogProbs, Tensor OldLogProbs, Tensor Advantages, TokenSequences Completions)
{
    /// <summary>log π/π_old, of each token or of its completion. Shape <c>[M]</c>.</summary>
    public Tensor LogRatios(RatioLevel level)
    {
        var ratios = LogProbs.sub(OldLogProbs);
        return level switch
        {
            RatioLevel.Token => ratios,
            RatioLevel.CompletionMean => Completions.Spread(Completions.Sums(ratios).div(Completions.Counts)),
            _ => Completions.Spread(Completions.Sums(ratios)),
        };
    }
}

/// <summary>Which of S sequences each of M tokens belongs to.</summary>
/// <param name="Index">The sequence of each token, int64. Shape <c>[M]</c>.</param>
/// <param name="Counts">The tokens of each sequence, of the tokens' type. Shape <c>[S]</c>.</param>
internal readonly record struct TokenSequences(Tensor Index, Tensor Counts)
{
    /// <summary>Sums tokens by sequence. Shape <c>[M]</c> to <c>[S]</c>.</summary>
    public Tensor Sums(Tensor tokens) => zeros(Counts.shape, tokens.dtype, tokens.device).PlusAt(Index, tokens);

    /// <summary>Gives each token what belongs to its sequence. Shape <c>[S]</c> to <c>[M]</c>.</summary>
    public Tensor Spread(Tensor values) => values.RowsAt(Index);
}
