using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Pipeline;

namespace Microsoft.ML.Alignment;

/// <summary>What the options of trainers have that learn from completions which the policy writes while it trains.</summary>
/// <remarks>
/// An optimizer step learns from the completions of <see cref="TrainingOptions.BatchSize"/> prompts. The policy writes those of
/// <see cref="MiniBatches"/> steps at once, and learns from them in <see cref="Passes"/> passes.
/// </remarks>
public abstract record OnPolicyTrainerOptions : PolicyTrainerOptions
{
    private protected OnPolicyTrainerOptions()
    {
    }

    /// <summary>Gets the rewards; without any, the default, it is that of the reward model upstream in the pipeline.</summary>
    [JsonIgnore]
    public IReadOnlyList<IRewardFunction> Rewards { get; init => field = Require.NotNull(value); } = [];

    /// <summary>Gets the weight of each reward in their sum; null, the default, is 1 each.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not finite.</exception>
    public IReadOnlyList<double>? RewardWeights { get; init => field = Require.FiniteOrNull(value); }

    /// <summary>
    /// Gets whether each reward is brought to mean 0 and deviation 1 among the completions of a prompt before they are summed, so that one
    /// of a greater spread does not drown the others (GDPO; Liu et al., 2026, arXiv:2601.05242). The default is false: they are summed as
    /// they are.
    /// </summary>
    public bool NormalizesEachReward { get; init; }

    /// <summary>Gets what happens where a reward throws, or gives a number that is not finite. The default is to stop.</summary>
    public FailedRewards FailedRewards { get; init; }

    /// <summary>Gets the most tokens of a completion while it trains. At least 1; the default is 128.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int MaxCompletionTokens { get; init => field = Require.AtLeast(1, value); } = 128;

    /// <summary>
    /// Gets what logits are divided by, in sampling and in training alike. Above 0; the default is 1. There is no top-k or top-p: the
    /// probabilities that train would not be those that were sampled from.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public double Temperature { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets the optimizer steps of a pass over what was sampled at once. At least 1; the default is 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int MiniBatches { get; init => field = Require.AtLeast(1, value); } = 1;

    /// <summary>Gets the passes over what was sampled at once. At least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int Passes { get; init => field = Require.AtLeast(1, value); } = 1;

    /// <summary>
    /// Gets what is taken off the score of a completion that was cut at <see cref="MaxCompletionTokens"/>. 0 or more; the default is 0.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
    public double MissingEndPenalty { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the score of such a completion, whatever the rewards say (-1 in InstructGPT); null, the default, leaves it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public double? MissingEndScore { get; init => field = Require.FiniteOrNull(value); }

    /// <summary>
    /// Gets whether such a completion is left out of the loss (Yu et al., 2025, DAPO, arXiv:2503.14476, section 3.4). It counts in
    /// baselines. The default is false.
    /// </summary>
    public bool MasksTruncated { get; init; }

    /// <summary>
    /// Gets how often a prompt is sampled again in a round whose completions all have the same reward, and which would teach nothing (DAPO,
    /// section 3.2). 0 or more; the default is 0. What remains equal is left out of the passes that train.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
    public int EqualGroupRetries { get; init => field = Require.AtLeast(0, value); }

    /// <summary>Gets the text columns of the fitted stage.</summary>
    internal override TextColumns Columns => new(PromptColumnName, ColumnNames.Chosen, ColumnNames.Rejected, ColumnNames.Completion);

    /// <summary>Gets the completions that are sampled of each prompt.</summary>
    internal abstract int CompletionsOfPrompt { get; }

    /// <summary>Gets whether the policy is compared with the one that came in while it trains.</summary>
    internal abstract bool HasReference { get; }

    /// <summary>Gets the factor of the fitted policy's implicit rewards, β; null where they have no meaning.</summary>
    internal abstract double? ImplicitRewardScale { get; }
}
