using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment;

/// <summary>
/// The f-divergence that holds the policy π to its reference (f-DPO; Wang et al., 2023, arXiv:2309.16240). Each puts a score of Δ = log
/// π/π_ref in the place of Δ; all scores are 0 with slope 1 or less where policy and reference agree.
/// </summary>
/// <remarks>In JSON a divergence names itself in its first property, <c>$type</c>.</remarks>
[JsonPolymorphic(UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(ReverseKl), nameof(ReverseKl))]
[JsonDerivedType(typeof(ForwardKl), nameof(ForwardKl))]
[JsonDerivedType(typeof(JensenShannon), nameof(JensenShannon))]
[JsonDerivedType(typeof(Alpha), nameof(Alpha))]
public abstract record FDivergence
{
    private protected FDivergence()
    {
    }

    /// <summary>The score of a log-ratio. Shape <c>[B]</c>.</summary>
    internal abstract Tensor Score(Tensor logRatio);

    /// <summary>KL(π ‖ π_ref), that of DPO: the score is Δ.</summary>
    public sealed record ReverseKl : FDivergence
    {
        internal override Tensor Score(Tensor logRatio) => logRatio;
    }

    /// <summary>KL(π_ref ‖ π): the score is 1 − exp(−Δ).</summary>
    public sealed record ForwardKl : FDivergence
    {
        internal override Tensor Score(Tensor logRatio) => FDivergenceScore.ForwardKl(logRatio);
    }

    /// <summary>The Jensen-Shannon divergence: the score is log 2 + log σ(Δ).</summary>
    public sealed record JensenShannon : FDivergence
    {
        internal override Tensor Score(Tensor logRatio) => FDivergenceScore.JensenShannon(logRatio);
    }

    /// <summary>
    /// The α-divergence: the score is (exp((a − 1)Δ) − 1) / (a − 1), between the forward KL (a = 0) and the reverse (towards a = 1).
    /// </summary>
    public sealed record Alpha : FDivergence
    {
        /// <summary>Gets a, which TRL calls the coefficient and the paper 1 − α. In [0, 1); the default is 0.5.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double Order { get; init => field = Require.InRange(0, 1, value); } = 0.5;

        internal override Tensor Score(Tensor logRatio) => FDivergenceScore.Alpha(logRatio, Order);
    }
}
