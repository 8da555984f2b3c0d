using System.Text.Json.Serialization;

namespace Microsoft.ML.Alignment;

/// <summary>What holds a policy π that learns from its own samples to the reference π_ref.</summary>
/// <remarks>
/// With KL(π ‖ π_ref) times β the best policy is π_ref·exp(r/β) up to a constant, the one that DPO reaches from pairs. In JSON a penalty
/// names itself in its first property, <c>$type</c>.
/// </remarks>
[JsonPolymorphic(UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(InReward), nameof(InReward))]
[JsonDerivedType(typeof(InLoss), nameof(InLoss))]
public abstract record KLPenalty
{
    private protected KLPenalty()
    {
    }

    /// <summary>Gets what a nat of divergence costs, β, in units of the reward. 0 or more; the default is 0.05.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
    public double Coefficient { get; init => field = Require.NotNegative(value); } = 0.05;

    /// <summary>
    /// The divergence of each token is taken off its reward (Ziegler et al., 2019, arXiv:1909.08593, eq. 2): tokens answer for what they
    /// lead to.
    /// </summary>
    public sealed record InReward : KLPenalty
    {
        /// <summary>Gets the estimator. <see cref="KLEstimator.K1"/>, the default, is the only sound one.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is another.</exception>
        public KLEstimator Estimator
        {
            get;
            init => field = value is KLEstimator.K1 ? value : throw new ArgumentOutOfRangeException(
                nameof(Estimator), value,
                $"{value} cannot be taken off rewards: the policy gradient of a reward that itself depends on the policy is that of the " +
                "divergence for K1 only; under K2 and K3 the optimum is another one, and long runs drift away from the reference. " +
                "Use K1, or put K2, K3 or WeightedK3 into the loss (KLPenalty.InLoss).");
        }

        /// <summary>
        /// Gets the divergence of a completion, in nats, that the coefficient is controlled towards, starting from
        /// <see cref="KLPenalty.Coefficient"/> (Ziegler et al., 2019, section 2.2). Above 0; the default, null, keeps it fixed.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double? Target { get; init => field = Require.PositiveOrNull(value); }

        /// <summary>
        /// Gets the number of completions over which an error of 20 % or more changes the coefficient by about a fifth. At least 1; the
        /// default is 10,000.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
        public int Horizon { get; init => field = Require.AtLeast(1, value); } = 10_000;
    }

    /// <summary>The divergence of each token is added to its loss, as GRPO does: a token answers for its own divergence only.</summary>
    public sealed record InLoss : KLPenalty
    {
        /// <summary>
        /// Gets the estimator. The default, <see cref="KLEstimator.K2"/>, and <see cref="KLEstimator.WeightedK3"/>, which TRL uses, have
        /// the gradient of KL(π ‖ π_ref); <see cref="KLEstimator.K3"/>, which GRPO's paper uses, has that of KL(π_ref ‖ π), whose optimum
        /// is another: it covers all that the reference says, and gives way less to high rewards.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is <see cref="KLEstimator.K1"/>.</exception>
        public KLEstimator Estimator
        {
            get;
            init => field = value is not KLEstimator.K1 ? value : throw new ArgumentOutOfRangeException(
                nameof(Estimator), value,
                "K1 in the loss teaches nothing: its gradient is that of log π, which is 0 on average. Use K2, WeightedK3 or K3 here, or " +
                "take K1 off the rewards (KLPenalty.InReward).");
        } = KLEstimator.K2;
    }
}
