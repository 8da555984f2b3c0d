using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>
/// Provably robust DPO (Chowdhury, Kini and Natarajan, 2024, arXiv:2403.00409): unbiased where a known share of the labels is flipped.
/// </summary>
internal static class RobustDpoLoss
{
    /// <summary>
    /// Computes ((1 − ε)·L(m) − ε·L(−m)) / (1 − 2ε) with DPO's L: over labels of which the share ε is flipped, its mean is that of L over
    /// the true ones. May be negative.
    /// </summary>
    /// <param name="margin">m, in nats. Shape <c>[B]</c>.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="labelSmoothing">ε, in [0, 0.5).</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Tensor margin, double beta, double labelSmoothing)
    {
        var kept = DpoLoss.Compute(margin, beta);
        var flipped = DpoLoss.Compute(-margin, beta);
        return (kept.Times(1 - labelSmoothing) - flipped.Times(labelSmoothing)).Over(1 - (2 * labelSmoothing));
    }
}
