using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Efficient exact optimization on pairs (EXO; Ji et al., 2024, arXiv:2402.00856).</summary>
internal static class ExoLoss
{
    /// <summary>
    /// Computes KL(q ‖ p) of two-way distributions: q = (σ(βm), σ(−βm)) of the policy, p = (1 − ε, ε) of the label. DPO is the KL the other
    /// way round.
    /// </summary>
    /// <param name="margin">m, in nats. Shape <c>[B]</c>.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="labelSmoothing">ε, in (0, 0.5): with 0 the divergence is infinite.</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Tensor margin, double beta, double labelSmoothing)
    {
        var logit = margin.Times(beta);
        var chosen = logit.sigmoid() * nn.functional.logsigmoid(logit).Minus(Math.Log(1 - labelSmoothing));
        var rejected = (-logit).sigmoid() * nn.functional.logsigmoid(-logit).Minus(Math.Log(labelSmoothing));
        return chosen.Plus(rejected);
    }
}
