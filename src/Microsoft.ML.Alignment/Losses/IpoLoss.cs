using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>
/// Identity preference optimization (Azar et al., 2023, arXiv:2310.12036, eq. 17): the difference h of the two log-ratios log π − log
/// π_ref is drawn to 1/(2τ) instead of growing without end.
/// </summary>
internal static class IpoLoss
{
    /// <summary>Computes (h − 1/(2τ))².</summary>
    /// <param name="margin">h, in nats: of sums over each completion, or of means a token. Shape <c>[B]</c>.</param>
    /// <param name="tau">Strength of the pull towards the reference, τ; above 0.</param>
    /// <returns>The loss of each pair. Shape <c>[B]</c>.</returns>
    public static Tensor Compute(Tensor margin, double tau) => margin.Minus(1 / (2 * tau)).Squared();

    /// <summary>Computes (h − 1/(2τ))² of summed log-ratios: the equation as it stands, where y is a whole completion.</summary>
    /// <param name="policy">Log-probabilities under the policy. Shapes <c>[B]</c>.</param>
    /// <param name="reference">The same under the frozen reference.</param>
    /// <param name="tau">Strength of the pull towards the reference, τ; above 0. The margin aimed at is 1/(2τ) nats.</param>
    public static PreferenceLoss Summed(PairLogProbs policy, PairLogProbs reference, double tau) =>
        Of((policy.Sum - reference.Sum).Margin, policy, reference, tau);

    /// <summary>
    /// Computes the same of log-ratios per token, as TRL does, so that long completions do not reach the margin by their length. It aims at
    /// 1/(2τ) nats a token, and wants a greater τ.
    /// </summary>
    /// <param name="policy">Log-probabilities under the policy. Shapes <c>[B]</c>.</param>
    /// <param name="reference">The same under the frozen reference.</param>
    /// <param name="tau">τ; above 0.</param>
    public static PreferenceLoss PerToken(PairLogProbs policy, PairLogProbs reference, double tau) =>
        Of((policy.Mean - reference.Mean).Margin, policy, reference, tau);

    // Implicit rewards are of whole completions in both: they are what the fitted policy's columns hold.
    private static PreferenceLoss Of(Tensor h, PairLogProbs policy, PairLogProbs reference, double tau)
    {
        var rewards = tau * (policy.Sum - reference.Sum).Detach();
        return new(Compute(h, tau), rewards.Chosen, rewards.Rejected);
    }
}
