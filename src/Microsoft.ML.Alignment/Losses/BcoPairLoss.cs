namespace Microsoft.ML.Alignment.Losses;

/// <summary>Binary classifier optimization on pairs (BCO; Jung et al., 2024, arXiv:2404.04656), without a shift of the rewards.</summary>
internal static class BcoPairLoss
{
    /// <summary>Computes −log σ(βΔ_c) − log σ(−βΔ_r): each side is classified by itself.</summary>
    /// <param name="ratios">Δ = log π/π_ref of each side, in nats. Shapes <c>[B]</c>.</param>
    /// <param name="beta">β, above 0.</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Pair ratios, double beta)
    {
        var rewards = beta * ratios;
        return -nn.functional.logsigmoid(rewards.Chosen) - nn.functional.logsigmoid(-rewards.Rejected);
    }
}
