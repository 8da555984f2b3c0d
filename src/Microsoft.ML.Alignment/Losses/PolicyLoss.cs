using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment;

/// <summary>
/// The loss of a sampled token with advantage A, where ρ = π/π_old is how much likelier it has become since it was sampled.
/// </summary>
/// <remarks>In JSON a loss names itself in its first property, <c>$type</c>.</remarks>
[JsonPolymorphic(UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Clipped), nameof(Clipped))]
[JsonDerivedType(typeof(Cispo), nameof(Cispo))]
public abstract record PolicyLoss
{
    private protected PolicyLoss()
    {
    }

    /// <summary>Gets what ρ is taken over. The default is the token.</summary>
    public RatioLevel Ratio { get; init; } = RatioLevel.Token;

    /// <summary>Computes the loss of each token. Shape <c>[M]</c>.</summary>
    internal abstract PolicyLossTokens Compute(SampledTokens tokens);

    /// <summary>
    /// −min(ρA, clip(ρ, 1 − ε, 1 + ε_high) A): a token that has moved out of the range in its advantage's direction is left alone (PPO;
    /// Schulman et al., 2017, arXiv:1707.06347, eq. 7).
    /// </summary>
    public sealed record Clipped : PolicyLoss
    {
        /// <summary>Gets how far a ratio may fall, ε. In (0, 1); the default is 0.2.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double Range { get; init => field = Require.InRange(0, 1, Require.Positive(value)); } = 0.2;

        /// <summary>
        /// Gets how far a ratio may rise, ε_high. Above 0; the default, null, is <see cref="Range"/>. Higher values let rare tokens grow
        /// ("clip-higher"; Yu et al., 2025, DAPO, arXiv:2503.14476, eq. 10; they take 0.28).
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double? HighRange { get; init => field = Require.PositiveOrNull(value); }

        /// <summary>
        /// Gets the greatest ratio that a token of negative advantage counts with, so that one unlucky token cannot dominate a step. Above
        /// 1 + <see cref="HighRange"/>; null, the default, is none (the two-sided clip of INTELLECT-2, 2025, arXiv:2505.07291; TRL's
        /// <c>delta</c>). With dual clip the loss goes on with this bound in the ratio's place: the gradient of such tokens is 0
        /// (Ye et al., 2020, arXiv:1912.09729, eq. 5, where it is c).
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double? MaxRatio { get; init => field = Require.PositiveOrNull(value); }

        internal override PolicyLossTokens Compute(SampledTokens tokens) =>
            ClippedPolicyLoss.Compute(tokens.LogRatios(Ratio), tokens.Advantages, new(1 - Range, 1 + (HighRange ?? Range), MaxRatio));
    }

    /// <summary>
    /// −sg(min(ρ, ρ_max)) A log π: REINFORCE with a truncated weight, under which no token loses its gradient (CISPO; MiniMax, 2025,
    /// arXiv:2506.13585, eq. 4).
    /// </summary>
    public sealed record Cispo : PolicyLoss
    {
        /// <summary>Gets the greatest weight, ρ_max. Above 0; the default is 5, as in TRL's documentation.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double MaxRatio { get; init => field = Require.Positive(value); } = 5;

        internal override PolicyLossTokens Compute(SampledTokens tokens) =>
            CispoLoss.Compute(tokens.LogProbs, tokens.LogRatios(Ratio), tokens.Advantages, MaxRatio);
    }
}
