using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Direct Preference Optimization (Rafailov et al., 2023, arXiv:2305.18290, eq. 7).</summary>
internal static class DpoLoss
{
    /// <summary>
    /// Computes −(1 − ε)·log σ(βm) − ε·log σ(−βm), where m says by how much more the chosen completion's score grew than the rejected
    /// one's. The smoothing ε is the share of pairs thought to be labelled the wrong way round (conservative DPO; Mitchell, 2023, "A note
    /// on DPO with noisy preferences", eq. 3).
    /// </summary>
    /// <param name="margin">
    /// m, in nats: log π/π_ref of the chosen less that of the rejected completion, or what a variant puts there. Shape <c>[B]</c>.
    /// </param>
    /// <param name="beta">Strength of the pull towards the reference, β; above 0. The paper uses 0.1 to 0.5.</param>
    /// <param name="labelSmoothing">ε, in [0, 0.5).</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Tensor margin, double beta, double labelSmoothing = 0) =>
        MarginLoss.Sigmoid(margin.Times(beta), labelSmoothing);
}
