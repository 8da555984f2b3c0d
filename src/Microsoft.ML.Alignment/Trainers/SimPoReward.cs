using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment;

/// <summary>What reward SimPO gives to a completion, as a function of p, the geometric mean of its tokens' probabilities.</summary>
[JsonDerivedType(typeof(LogProb), nameof(LogProb))]
[JsonDerivedType(typeof(Alpha), nameof(Alpha))]
public abstract record SimPoReward
{
    private protected SimPoReward()
    {
    }

    /// <summary>Rewards of both sides, attached to the graph. Shapes <c>[B]</c>.</summary>
    internal abstract Pair Of(PairLogProbs policy, double beta);

    /// <summary>β log p: SimPO (Meng et al., 2024, arXiv:2405.14734, eq. 4).</summary>
    public sealed record LogProb : SimPoReward
    {
        internal override Pair Of(PairLogProbs policy, double beta) => SimPoLoss.LogRewards(policy, beta);
    }

    /// <summary>β (1 − p^−α)/α: AlphaPO (Gupta et al., 2025, arXiv:2501.03884).</summary>
    public sealed record Alpha : SimPoReward
    {
        /// <summary>Gets the shape, α; where it goes to 0, the reward becomes β log p. Not 0; the default is 0.25.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is 0 or not finite.</exception>
        public double Exponent { get; init => field = Require.NotZero(value); } = 0.25;

        internal override Pair Of(PairLogProbs policy, double beta) => SimPoLoss.AlphaRewards(policy, beta, Exponent);
    }
}
