using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Discovered preference optimization (DiscoPOP, the log-ratio modulated loss; Lu et al., 2024, arXiv:2406.08414).</summary>
internal static class DiscoPopLoss
{
    /// <summary>
    /// Computes (1 − g)·(−log σ(z)) + g·exp(−z) with z = βm and g = σ(z/τ): the logistic loss where the pair is ranked wrongly, the
    /// exponential one where it is ranked rightly. Not convex.
    /// </summary>
    /// <param name="margin">m, in nats. Shape <c>[B]</c>.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="temperature">Width of the change from one to the other, τ; above 0. The paper uses 0.05.</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Tensor margin, double beta, double temperature)
    {
        var logit = margin.Times(beta);
        var gate = logit.Over(temperature);
        // g·exp(−z) as one exponential, since for very negative z it is 0 times infinity.
        var exponential = (nn.functional.logsigmoid(gate) - logit).exp();
        return exponential - ((-gate).sigmoid() * nn.functional.logsigmoid(logit));
    }
}
