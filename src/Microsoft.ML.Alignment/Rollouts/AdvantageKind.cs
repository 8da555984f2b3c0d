namespace Microsoft.ML.Alignment;

/// <summary>What the reward of a completion is compared with, and what the difference is measured in, where there is no critic.</summary>
public enum AdvantageKind
{
    /// <summary>
    /// The mean of the completions of its prompt, in standard deviations of these (GRPO; Shao et al., 2024, arXiv:2402.03300): every prompt
    /// teaches equally much, however little its completions differ.
    /// </summary>
    Group,

    /// <summary>The mean of its prompt, in standard deviations of all rewards of the rollout.</summary>
    Batch,

    /// <summary>The mean of its prompt, in units of the reward (Dr. GRPO; Liu et al., 2025, arXiv:2503.20783).</summary>
    Unscaled,

    /// <summary>
    /// The mean of the prompt's other completions, in units of the reward: an unbiased baseline (RLOO; Ahmadian et al., 2024,
    /// arXiv:2402.14740, eq. 7).
    /// </summary>
    LeaveOneOut,

    /// <summary>
    /// The mean of all tokens of the rollout, in their standard deviations, each token with what is still to come from it on (REINFORCE++;
    /// Hu, 2025, arXiv:2501.03262).
    /// </summary>
    Global,

    /// <summary>
    /// The same, after the mean of the prompt's completions is taken off (REINFORCE++-baseline of the same paper).
    /// </summary>
    GlobalWithGroupBaseline,
}
