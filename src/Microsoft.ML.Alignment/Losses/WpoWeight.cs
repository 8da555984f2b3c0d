using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Weighted preference optimization (WPO; Zhou et al., 2024, arXiv:2406.11827, with sampled alignment).</summary>
internal static class WpoWeight
{
    /// <summary>
    /// Computes w(c)·w(r) with w(y) = exp(mean over y of log π(y_t) − log Σ_v π(v)²): pairs that the policy itself might write weigh most,
    /// as if the data had been sampled from it. 1 where the policy is uniform.
    /// </summary>
    /// <param name="agreement">The means over each completion's tokens, in nats. Shapes <c>[B]</c>.</param>
    /// <returns>The weight of each pair, a constant. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Pair agreement) => agreement.Chosen.Plus(agreement.Rejected).exp().detach();
}
