using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>
/// Contrastive preference optimization (Xu et al., 2024, arXiv:2401.08417): DPO's loss with a uniform reference, that is without
/// one. The paper adds the better completions' negative log-likelihood.
/// </summary>
internal static class CpoLoss
{
    /// <summary>Computes −(1 − ε)·log σ(m) − ε·log σ(−m) with m = β·(log π(chosen) − log π(rejected)).</summary>
    /// <param name="policy">Log-probabilities under the policy. Shapes <c>[B]</c>.</param>
    /// <param name="beta">Scale of rewards, β; above 0. The authors use 0.1.</param>
    /// <param name="labelSmoothing">Share of pairs thought to be labelled the wrong way round, ε, in [0, 0.5).</param>
    public static PreferenceLoss Sigmoid(PairLogProbs policy, double beta, double labelSmoothing = 0) =>
        Of(beta * policy.Sum, rewards => MarginLoss.Sigmoid(rewards.Margin, labelSmoothing));

    /// <summary>Computes max(0, 1 − m) with the same margin.</summary>
    /// <param name="policy">Log-probabilities under the policy. Shapes <c>[B]</c>.</param>
    /// <param name="beta">Scale of rewards, β; above 0.</param>
    public static PreferenceLoss Hinge(PairLogProbs policy, double beta) =>
        Of(beta * policy.Sum, rewards => MarginLoss.Hinge(rewards.Margin));

    /// <summary>Computes (d − 1/(2β))², d the difference of the log-probabilities per token: IPO's loss without a reference.</summary>
    /// <param name="policy">Log-probabilities under the policy. Shapes <c>[B]</c>.</param>
    /// <param name="beta">β; above 0. The difference aimed at is 1/(2β) nats a token.</param>
    public static PreferenceLoss SquaredPerToken(PairLogProbs policy, double beta) =>
        Of(beta * policy.Mean, _ => policy.Mean.Margin.Minus(1 / (2 * beta)).Squared());

    private static PreferenceLoss Of(Pair rewards, Func<Pair, Tensor> loss) =>
        new(loss(rewards), rewards.Chosen.detach(), rewards.Rejected.detach());
}
