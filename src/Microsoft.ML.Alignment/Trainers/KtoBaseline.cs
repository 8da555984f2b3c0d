namespace Microsoft.ML.Alignment;

/// <summary>What <see cref="KtoTrainer"/> compares outcomes with.</summary>
public enum KtoBaseline
{
    /// <summary>
    /// How far the policy has moved from the reference: their divergence, estimated in each optimizer step on prompts with completions of
    /// other rows, as KTO's paper does.
    /// </summary>
    Divergence,

    /// <summary>
    /// The reference itself. That is APO-zero on single completions (D'Oosterlinck et al., 2024, arXiv:2408.06266); what estimates the
    /// divergence, about a quarter of the time of a step, falls away.
    /// </summary>
    Zero,
}
