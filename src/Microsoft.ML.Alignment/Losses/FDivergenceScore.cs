using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>
/// What takes the place of the log-ratio in DPO where the policy is held to the reference by another f-divergence than the reverse KL
/// (f-DPO; Wang et al., 2023, arXiv:2309.16240): f′(u), u = π/π_ref, up to the constant that makes f′(1) = 0.
/// </summary>
/// <remarks>Constants cancel in a difference of two scores, but not where each is divided by its own length first.</remarks>
internal static class FDivergenceScore
{
    // The square of e⁴⁰ is still finite in float32, as some losses need it. Beyond, the score stands still.
    private const double LargestExponent = 40;

    /// <summary>Forward KL: 1 − 1/u.</summary>
    /// <param name="logRatio">log u, in nats. Shape <c>[B]</c>.</param>
    public static Tensor ForwardKl(Tensor logRatio) => -(-logRatio).NotAbove(LargestExponent).expm1();

    /// <summary>Jensen-Shannon: log(2u / (1 + u)).</summary>
    /// <inheritdoc cref="ForwardKl" path="/param"/>
    public static Tensor JensenShannon(Tensor logRatio) => logRatio.LogSigmoid().Plus(Math.Log(2));

    /// <summary>α-divergence: (u^(a−1) − 1) / (a − 1). At a = 0 the forward KL; towards a = 1 the reverse KL.</summary>
    /// <param name="logRatio">log u, in nats. Shape <c>[B]</c>.</param>
    /// <param name="order">a, not 1; 1 − α in the paper's notation.</param>
    public static Tensor Alpha(Tensor logRatio, double order) =>
        logRatio.Times(order - 1).NotAbove(LargestExponent).expm1().Over(order - 1);
}
