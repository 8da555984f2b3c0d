namespace Microsoft.ML.Alignment;

/// <summary>What a probability ratio of the policy to the one that sampled is taken over.</summary>
public enum RatioLevel
{
    /// <summary>Each token has its own ratio, as in PPO (Schulman et al., 2017, arXiv:1707.06347) and GRPO.</summary>
    Token,

    /// <summary>
    /// All tokens of a completion have one: the geometric mean of theirs (GSPO; Zheng et al., 2025, arXiv:2507.18071, eq. 7). It stays far
    /// closer to 1, so clip ranges are some hundred times smaller than those of tokens.
    /// </summary>
    CompletionMean,

    /// <summary>
    /// All tokens of a completion have one: the product of theirs, which is the ratio of the completion's probabilities, as in RLOO.
    /// </summary>
    Completion,
}
