using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Kahneman-Tversky optimization (Ethayarajh et al., 2024, arXiv:2402.01306, eq. 8).</summary>
internal static class KtoLoss
{
    /// <summary>
    /// Computes λ_D (1 − σ(β (r − z))) for desirable and λ_U (1 − σ(β (z − r))) for undesirable completions, r = log π − log π_ref.
    /// Outcomes are gains and losses beside z, the divergence of the policy from the reference. With z = 0 this is APO-zero on single
    /// completions (D'Oosterlinck et al., 2024, arXiv:2408.06266).
    /// </summary>
    /// <param name="logRatios">r and label of B completions.</param>
    /// <param name="divergence">z, in nats, 0 or more, detached. Scalar.</param>
    /// <param name="beta">β, how soon gains and losses saturate; above 0. The paper uses 0.1.</param>
    /// <param name="weights">λ_D and λ_U.</param>
    public static FeedbackLoss Compute(LabelledValues logRatios, Tensor divergence, double beta, FeedbackWeights weights)
    {
        var gains = logRatios with { Values = (logRatios.Values - divergence).Times(beta) };
        var loss = sigmoid(-gains.Signed()); // 1 − σ(x) = σ(−x)
        var weighted = logRatios.IsDesirable.Choose(loss.Times(weights.Desirable), loss.Times(weights.Undesirable));
        return new(weighted, logRatios.Values.detach().Times(beta));
    }
}
