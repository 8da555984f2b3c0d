namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Rewards of the tokens of one completion.</summary>
internal static class TokenRewards
{
    /// <summary>−β times each token's divergence, what of the score is the token's, and the rest of the score at the last real token.</summary>
    /// <param name="score">The reward of the whole completion.</param>
    /// <param name="ofTokens">What of it belongs to each token, shape <c>[T]</c>; null for nothing.</param>
    /// <param name="divergences">An estimate of each token's divergence from the reference, in nats. Shape <c>[T]</c>.</param>
    /// <param name="coefficient">β.</param>
    public static double[] Of(double score, double[]? ofTokens, double[] divergences, double coefficient)
    {
        var rewards = Array.ConvertAll(divergences, divergence => -coefficient * divergence);
        rewards[^1] += score - (ofTokens?.Sum() ?? 0);
        for (var t = 0; t < ofTokens?.Length; t++)
            rewards[t] += ofTokens[t];
        return rewards;
    }

    /// <summary>log π_old − log π_ref of each token: the one estimate whose policy gradient is the divergence's.</summary>
    public static double[] Divergences(float[] logProbs, float[] referenceLogProbs) =>
        [.. logProbs.Zip(referenceLogProbs, (policy, reference) => (double)policy - reference)];

    /// <summary>What is still to come from each token on, itself included, discounted. Shape <c>[T]</c>.</summary>
    public static double[] ToGo(double[] rewards, double gamma)
    {
        var result = new double[rewards.Length];
        var sum = 0d;
        for (var t = rewards.Length - 1; t >= 0; t--)
            result[t] = sum = rewards[t] + (gamma * sum);
        return result;
    }
}
