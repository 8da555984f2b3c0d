using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>
/// Simple preference optimization (Meng et al., 2024, arXiv:2405.14734, eq. 6): rewards are β times the log-probability per token,
/// without a reference, and should differ by a target margin γ. AlphaPO (Gupta et al., 2025, arXiv:2501.03884) gives the reward another
/// shape.
/// </summary>
internal static class SimPoLoss
{
    // e⁸⁰ is still far from the largest float32 when it is multiplied by β.
    private const double LargestExponent = 80;

    /// <summary>SimPO's rewards, β·log p, where p is the geometric mean of the tokens' probabilities. Attached to the graph.</summary>
    /// <param name="policy">Log-probabilities under the policy. Shapes <c>[B]</c>.</param>
    /// <param name="beta">Scale of rewards, β; above 0. The authors use 2 to 10.</param>
    public static Pair LogRewards(PairLogProbs policy, double beta) => beta * policy.Mean;

    /// <summary>AlphaPO's rewards, β·(1 − p^−α)/α, which are SimPO's where α goes to 0. Attached to the graph.</summary>
    /// <param name="policy">Log-probabilities under the policy. Shapes <c>[B]</c>.</param>
    /// <param name="beta">Scale of rewards, β; above 0.</param>
    /// <param name="alpha">Shape, α; not 0. Above 0 the reward falls faster where completions are unlikely.</param>
    public static Pair AlphaRewards(PairLogProbs policy, double beta, double alpha)
    {
        var mean = policy.Mean;
        Tensor Shaped(Tensor logProb) => logProb.Times(-alpha).NotAbove(LargestExponent).exp().neg().Plus(1).Times(beta / alpha);
        return new(Shaped(mean.Chosen), Shaped(mean.Rejected));
    }

    /// <summary>Computes −(1 − ε)·log σ(m) − ε·log σ(−m) with m = r_chosen − r_rejected − γ.</summary>
    /// <param name="rewards">Rewards of both sides. Shapes <c>[B]</c>.</param>
    /// <param name="gamma">Target margin between rewards, γ; 0 or more. The authors' code is given γ/β.</param>
    /// <param name="labelSmoothing">Share of pairs thought to be labelled the wrong way round, ε, in [0, 0.5).</param>
    public static PreferenceLoss Sigmoid(Pair rewards, double gamma, double labelSmoothing = 0) =>
        new(MarginLoss.Sigmoid(rewards.Margin.Minus(gamma), labelSmoothing), rewards.Chosen.detach(), rewards.Rejected.detach());

    /// <summary>Computes max(0, 1 − m) with m = r_chosen − r_rejected − γ, as the authors' code offers it.</summary>
    /// <param name="rewards">Rewards of both sides. Shapes <c>[B]</c>.</param>
    /// <param name="gamma">Target margin between rewards, γ; 0 or more.</param>
    public static PreferenceLoss Hinge(Pair rewards, double gamma) =>
        new(MarginLoss.Hinge(rewards.Margin.Minus(gamma)), rewards.Chosen.detach(), rewards.Rejected.detach());
}
