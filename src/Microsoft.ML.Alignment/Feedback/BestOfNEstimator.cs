using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Feedback;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Best of n: the policy that comes in writes several completions of each prompt, and the one that the rewards find best is kept, for
/// <see cref="SftTrainer"/> to imitate (rejection sampling; Stiennon et al., 2020, arXiv:2009.01325, section 4.2; Touvron et al., 2023,
/// arXiv:2307.09288, section 3.2.3).
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt` | text | required |
/// | columns that rewards name | text | required |
/// | `RewardModel` | text | required where no reward is given |
/// | `Completion` | text | output; the best of n |
/// | `CompletionScore` | single | output; its score |
/// ]]></format>
/// A row none of whose completions has a score is left out, and so is one whose completions were all cut where
/// <see cref="Options.KeepsTruncated"/> is false.
/// </remarks>
public sealed class BestOfNEstimator : FeedbackEstimator
{
    internal const string Name = "BestOfN";

    private readonly Options _options;

    internal BestOfNEstimator(IHostEnvironment environment, AlignmentRun run, Options options)
        : base(environment, run, Name, options)
    {
        if (options.RewardWeights is { } weights && weights.Count != Math.Max(1, options.Rewards.Count))
            throw new ArgumentException(
                $"{Name}: there are {weights.Count} RewardWeights for {Math.Max(1, options.Rewards.Count)} rewards; give one each, or none.",
                nameof(options));
        _options = options;
    }

    private protected override FeedbackColumns Check(SchemaShape input)
    {
        AlignmentSchema.CheckPolicy(input, Name);
        if (_options.Rewards.Count == 0)
            AlignmentSchema.CheckRewardModel(input, Name);
        AlignmentSchema.CheckText(Context, input, "prompt", _options.PromptColumnName);
        foreach (var reward in _options.Rewards)
            foreach (var column in reward.ColumnNames)
                AlignmentSchema.CheckText(Context, input, $"column of the reward '{reward.Name}'", column);
        string[] read = [.. _options.Rewards.SelectMany(reward => reward.ColumnNames).Prepend(_options.PromptColumnName).Distinct()];
        return new(read, [ScoreColumn.Text(_options.CompletionColumnName), ScoreColumn.Single(_options.ScoreColumnName)]) { ChangesRows = true };
    }

    private protected override async Task<(FeedbackRows Rows, JudgeQuality? Quality)> WorkAsync(FeedbackTask task)
    {
        using var search = new BestOfNSearch(task, _options, Seed);
        return (await search.RunAsync().ConfigureAwait(false), null);
    }

    /// <summary>How completions are written, and which is the best.</summary>
    public sealed record Options : FeedbackStageOptions
    {
        /// <summary>Gets the completions of a prompt, n. At least 2; the default is 8.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 2.</exception>
        public int Count { get; init => field = Require.AtLeast(2, value); } = 8;

        /// <summary>
        /// Gets the rewards; without any, the default, it is that of the reward model upstream in the pipeline. Columns that they name are of
        /// text.
        /// </summary>
        [JsonIgnore]
        public IReadOnlyList<IRewardFunction> Rewards { get; init => field = Require.NotNull(value); } = [];

        /// <summary>Gets the weight of each reward in their sum; null, the default, is 1 each.</summary>
        /// <exception cref="ArgumentOutOfRangeException">One is not finite.</exception>
        public IReadOnlyList<double>? RewardWeights { get; init => field = Require.FiniteOrNull(value); }

        /// <summary>Gets what happens where a reward throws, or gives a number that is not finite. The default is to stop.</summary>
        public FailedRewards FailedRewards { get; init; }

        /// <summary>Gets the most tokens of a completion. At least 1; the default is 128.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
        public int MaxCompletionTokens { get; init => field = Require.AtLeast(1, value); } = 128;

        /// <summary>Gets what logits are divided by. Above 0; the default is 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Temperature { get; init => field = Require.Positive(value); } = 1;

        /// <summary>
        /// Gets whether a completion that was cut at <see cref="MaxCompletionTokens"/> may be the best. The default is false: who imitates it
        /// learns to end in the middle.
        /// </summary>
        public bool KeepsTruncated { get; init; }

        /// <summary>Gets how prompts are read. The default is as the column says.</summary>
        public PromptFormat PromptFormat { get; init; }

        /// <summary>Gets the text column that is written. The default is <c>Completion</c>.</summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string CompletionColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Completion;

        /// <summary>Gets the column of its score. The default is <c>CompletionScore</c>.</summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string ScoreColumnName { get; init => field = Require.NotEmpty(value); } = "CompletionScore";
    }
}
