using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Self-play preference optimization with certain preferences (SPPO-hard; Wu et al., 2024, arXiv:2405.00675).</summary>
internal static class SppoLoss
{
    /// <summary>
    /// Computes (Δ_c − 1/(2β))² + (Δ_r + 1/(2β))²: each log-ratio is drawn to the value that it has in a game's equilibrium if the
    /// chosen completion always wins; 1/β is the paper's η.
    /// </summary>
    /// <param name="ratios">Δ = log π/π_ref of each side, in nats. Shapes <c>[B]</c>.</param>
    /// <param name="beta">β, above 0.</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Pair ratios, double beta)
    {
        var target = 1 / (2 * beta);
        return ratios.Chosen.Minus(target).Squared().Plus(ratios.Rejected.Plus(target).Squared());
    }
}
