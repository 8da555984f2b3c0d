using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>DPO-positive (DPOP; Pal et al., 2024, "Smaug", arXiv:2402.13228, eq. 3).</summary>
internal static class DpopLoss
{
    /// <summary>
    /// Computes DPO's loss of Δ_c − Δ_r − λ·max(0, −Δ_c): a chosen completion that becomes less probable than under the reference costs
    /// extra, so that a margin is not bought with the fall of both sides.
    /// </summary>
    /// <param name="ratios">Δ = log π/π_ref of each side, in nats. Shapes <c>[B]</c>.</param>
    /// <param name="beta">β, above 0; in the paper 0.3.</param>
    /// <param name="penalty">λ, above 0; in the paper 50.</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Pair ratios, double beta, double penalty) =>
        DpoLoss.Compute(ratios.Margin - (-ratios.Chosen).relu().Times(penalty), beta);
}
