namespace Microsoft.ML.Alignment.Losses;

/// <summary>Identity preference optimization (Azar et al., 2023, arXiv:2310.12036, eq. 17).</summary>
internal static class IpoLoss
{
    /// <summary>
    /// Computes (m − 1/(2τ))²: the margin is drawn to 1/(2τ) and not beyond, so that certain preferences do not run away.
    /// </summary>
    /// <param name="margin">
    /// m, in nats: the difference of the log-ratios, each summed over its completion (as the equation has it) or its mean a token (as the
    /// authors ran it). Shape <c>[B]</c>.
    /// </param>
    /// <param name="tau">Strength of the pull towards the reference, τ; above 0.</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Tensor margin, double tau) => (margin - (1 / (2 * tau))).square();
}
