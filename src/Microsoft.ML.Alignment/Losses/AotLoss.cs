namespace Microsoft.ML.Alignment.Losses;

/// <summary>
/// Alignment via optimal transport (AOT; Melnyk et al., 2024, arXiv:2406.05882): compares distributions over a batch and not pair by pair.
/// </summary>
/// <remarks>
/// On a line the optimal transport pairs the sorted values: the k-th smallest of one sample goes to the k-th smallest of the other. So an
/// entry of the loss belongs to a rank and not to a pair; all pairs of the optimizer step must be there at once.
/// </remarks>
internal static class AotLoss
{
    /// <summary>Computes DPO's loss of u₍ₖ₎ − v₍ₖ₎, u and v the sorted log π(c)/π(r) of policy and reference.</summary>
    /// <param name="policy">Log-probabilities under the policy, in nats. Shapes <c>[B]</c>.</param>
    /// <param name="reference">The same under the reference.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="labelSmoothing">ε, in [0, 0.5).</param>
    /// <returns>The loss of each rank. Shape <c>[B]</c>.</returns>
    public static Tensor Paired(Pair policy, Pair reference, double beta, double labelSmoothing = 0) =>
        DpoLoss.Compute(Sorted(policy.Margin) - Sorted(reference.Margin), beta, labelSmoothing);

    /// <summary>
    /// Computes DPO's loss of c₍ₖ₎ − r₍ₖ₎, the sorted log-ratios of the chosen and of the rejected completions, which need not belong
    /// together.
    /// </summary>
    /// <param name="ratios">Δ = log π/π_ref of each side, in nats. Shapes <c>[B]</c>.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="labelSmoothing">ε, in [0, 0.5).</param>
    /// <returns>The loss of each rank. Shape <c>[B]</c>.</returns>
    public static Tensor Unpaired(Pair ratios, double beta, double labelSmoothing = 0) =>
        DpoLoss.Compute(Sorted(ratios.Chosen) - Sorted(ratios.Rejected), beta, labelSmoothing);

    private static Tensor Sorted(Tensor values) => values.sort(dim: 0, stable: true).Values;
}
