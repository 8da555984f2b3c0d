namespace Microsoft.ML.Alignment;

/// <summary>What scores of completions are measured in, so that costs and clip ranges mean the same whatever the reward's units are.</summary>
public enum ScoreNormalization
{
    /// <summary>In the units of the reward.</summary>
    None,

    /// <summary>
    /// In standard deviations from the mean score of what the policy that came in writes, measured once before the first round (Ziegler et
    /// al., 2019, arXiv:1909.08593, section 2.2; Ouyang et al., 2022, arXiv:2203.02155, section 3.5).
    /// </summary>
    Incoming,

    /// <summary>In standard deviations from the mean of all scores so far, those of the newest round included.</summary>
    Running,
}
