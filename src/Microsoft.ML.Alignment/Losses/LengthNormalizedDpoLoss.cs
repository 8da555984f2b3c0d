namespace Microsoft.ML.Alignment.Losses;

/// <summary>Length-normalised DPO (Lambert et al., 2024, "Tülu 3", arXiv:2411.15124, eq. 6).</summary>
internal static class LengthNormalizedDpoLoss
{
    /// <summary>
    /// Computes DPO's loss of Δ_c/|c| − Δ_r/|r|: means a token in place of sums, so that longer completions weigh no more. β is accordingly
    /// larger, in the paper 5.
    /// </summary>
    /// <param name="scores">Δ = log π/π_ref of each side, or a divergence's score of it, in nats. Shapes <c>[B]</c>.</param>
    /// <param name="tokenCounts">Completion tokens. Shapes <c>[B]</c>.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="labelSmoothing">ε, in [0, 0.5).</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Pair scores, Pair tokenCounts, double beta, double labelSmoothing = 0) =>
        DpoLoss.Compute((scores / tokenCounts).Margin, beta, labelSmoothing);
}
