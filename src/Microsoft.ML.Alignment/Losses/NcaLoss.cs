using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Noise contrastive alignment on pairs (NCA; Chen et al., 2024, arXiv:2402.05369).</summary>
internal static class NcaLoss
{
    /// <summary>
    /// Computes −log σ(βΔ_c) − ½·log σ(−βΔ_c) − ½·log σ(−βΔ_r): the chosen completion is told from noise in which both sides are as
    /// frequent, so that its own probability cannot fall.
    /// </summary>
    /// <param name="ratios">Δ = log π/π_ref of each side, in nats. Shapes <c>[B]</c>.</param>
    /// <param name="beta">β, above 0.</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Pair ratios, double beta)
    {
        var rewards = beta * ratios;
        var noise = nn.functional.logsigmoid(-rewards.Chosen).Plus(nn.functional.logsigmoid(-rewards.Rejected));
        return -nn.functional.logsigmoid(rewards.Chosen) - noise.Times(0.5);
    }
}
