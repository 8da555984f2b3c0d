namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Generalized advantage estimation (Schulman et al., 2015, arXiv:1506.02438, eq. 16).</summary>
/// <param name="Gamma">γ, what a reward is worth a token earlier; in (0, 1].</param>
/// <param name="Lambda">λ: 1 trusts the rewards that came, 0 the critic; in [0, 1].</param>
internal readonly record struct Gae(double Gamma, double Lambda)
{
    /// <summary>Computes the advantage of each token of a completion, and the returns A + V that its critic learns.</summary>
    /// <param name="rewards">Rewards of the tokens. Shape <c>[T]</c>.</param>
    /// <param name="values">V before each token. Shape <c>[T]</c>.</param>
    /// <param name="next">
    /// V behind the last token: 0 where the completion ended there; the critic's value where it was cut, since much may still have come.
    /// </param>
    public (double[] Advantages, double[] Returns) Compute(double[] rewards, double[] values, double next)
    {
        var (advantages, returns) = (new double[rewards.Length], new double[rewards.Length]);
        var advantage = 0d;
        for (var t = rewards.Length - 1; t >= 0; t--)
        {
            var error = rewards[t] + (Gamma * next) - values[t];
            advantage = error + (Gamma * Lambda * advantage);
            (advantages[t], returns[t], next) = (advantage, advantage + values[t], values[t]);
        }

        return (advantages, returns);
    }
}
