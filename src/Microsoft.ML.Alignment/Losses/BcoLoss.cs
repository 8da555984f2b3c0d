using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Binary classifier optimization (Jung et al., 2024, arXiv:2404.04656).</summary>
internal static class BcoLoss
{
    /// <summary>
    /// Computes −log σ(βr − δ) for desirable and −log σ(δ − βr) for undesirable completions, r = log π − log π_ref: the
    /// cross-entropy of a classifier whose logit is the implicit reward. It bounds DPO's loss from above, most tightly with δ halfway
    /// between the rewards of both kinds.
    /// </summary>
    /// <param name="logRatios">r and label of B completions.</param>
    /// <param name="shift">δ, detached. Scalar.</param>
    /// <param name="beta">Strength of the pull towards the reference, β; above 0.</param>
    public static FeedbackLoss Compute(LabelledValues logRatios, Tensor shift, double beta)
    {
        var rewards = logRatios.Values.Times(beta);
        var logits = logRatios with { Values = rewards - shift };
        return new(-logits.Signed().LogSigmoid(), rewards.detach());
    }
}
