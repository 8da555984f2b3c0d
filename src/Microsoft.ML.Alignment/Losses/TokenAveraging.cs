namespace Microsoft.ML.Alignment;

/// <summary>What the loss of sampled tokens is averaged over. All of an optimizer step counts, however it is cut into micro-batches.</summary>
public enum TokenAveraging
{
    /// <summary>
    /// Over the tokens of each completion, then over completions: each completion weighs the same, so a token of a short one weighs more
    /// (GRPO; Shao et al., 2024, arXiv:2402.03300, eq. 3).
    /// </summary>
    Completion,

    /// <summary>
    /// Over all tokens of the step: each token weighs the same (DAPO; Yu et al., 2025, arXiv:2503.14476, eq. 8; also what TRL calls
    /// <c>bnpo</c>, which does it within a micro-batch).
    /// </summary>
    Step,

    /// <summary>
    /// Over completions, after the sum over their tokens is divided by the most tokens that a completion may have: a token's weight does
    /// not depend on what was sampled (Dr. GRPO; Liu et al., 2025, arXiv:2503.20783).
    /// </summary>
    MaxLength,
}
