using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>REINFORCE with truncated importance weights (CISPO; MiniMax, 2025, arXiv:2506.13585, eq. 4).</summary>
internal static class CispoLoss
{
    /// <summary>Computes −sg(min(ρ, most)) A log π.</summary>
    /// <param name="logProbs">log π, attached to the graph. Shape <c>[M]</c>.</param>
    /// <param name="logRatios">log ρ. Shape <c>[M]</c>.</param>
    /// <param name="advantages">A, detached. Shape <c>[M]</c>.</param>
    /// <param name="most">The greatest weight; above 0.</param>
    public static PolicyLossTokens Compute(Tensor logProbs, Tensor logRatios, Tensor advantages, double most)
    {
        var ratios = logRatios.detach().exp();
        var loss = ratios.NotAbove(most).mul(advantages).mul(logProbs).neg();
        return new(loss, ratios, zeros_like(ratios, ScalarType.Bool), ratios.IsAbove(most).bitwise_and(advantages.IsAbove(0)));
    }
}
