namespace Microsoft.ML.Alignment.Losses;

/// <summary>
/// The hinge of sequence likelihood calibration (SLiC-HF; Zhao et al., 2023, arXiv:2305.10425) on log-ratios (RSO; Liu et al., 2023,
/// arXiv:2309.06657, hinge-norm).
/// </summary>
internal static class HingeLoss
{
    /// <summary>Computes max(0, 1 − βm): nothing is learned from a pair once its margin has reached 1/β.</summary>
    /// <param name="margin">m, in nats. Shape <c>[B]</c>.</param>
    /// <param name="beta">1 over the margin asked for; above 0.</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Tensor margin, double beta) => (1 - (beta * margin)).relu();
}
