namespace Microsoft.ML.Alignment.Losses;

/// <summary>Direct Preference Optimization (Rafailov et al., 2023, arXiv:2305.18290, eq. 7).</summary>
internal static class DpoLoss
{
    /// <summary>
    /// Computes −(1 − ε)·log σ(m) − ε·log σ(−m) with m = β·((log π − log π_ref)(chosen) − (log π − log π_ref)(rejected)).
    /// The smoothing ε is the share of pairs thought to be labelled the wrong way round (conservative DPO; Mitchell, 2023, "A note on DPO
    /// with noisy preferences", eq. 3).
    /// </summary>
    /// <param name="policy">Summed log-probabilities under the policy, in nats. Shapes <c>[B]</c>.</param>
    /// <param name="reference">The same under the frozen reference.</param>
    /// <param name="beta">Strength of the pull towards the reference, β; above 0. The paper uses 0.1 to 0.5.</param>
    /// <param name="labelSmoothing">ε, in [0, 0.5).</param>
    public static PreferenceLoss Compute(Pair policy, Pair reference, double beta, double labelSmoothing = 0)
    {
        var rewards = beta * (policy - reference);
        var loss = -nn.functional.logsigmoid(rewards.Margin);
        if (labelSmoothing > 0)
            loss = ((1 - labelSmoothing) * loss) - (labelSmoothing * nn.functional.logsigmoid(-rewards.Margin));
        return new(loss, rewards.Chosen.detach(), rewards.Rejected.detach());
    }
}
