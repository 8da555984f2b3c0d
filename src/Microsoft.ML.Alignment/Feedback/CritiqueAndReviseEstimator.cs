using System.Globalization;
using Microsoft.ML.Alignment.Feedback;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Has a model criticise completions by a constitution and rewrite them, in rounds (Bai et al., 2022, arXiv:2212.08073, §3.1). The
/// revisions are data for SFT of the base model, and pairs of a revision over its original.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt`, `Completion` | text | required |
/// | `Completion`, `Chosen` | text | output; the last revision |
/// | `Rejected` | text | output; the completion as it was |
/// | `Critique`, `Principles` | text | output; of each round |
/// | `Judge` | text | output; who revised, and by which constitution |
/// ]]></format>
/// Rows whose revision has failed are left out. What trains on the revisions should start from the base model, and not from the model that wrote the
/// originals: put the stage before <c>BaseModel</c>, or give the fitted stage's rows to <c>Sft</c> as its training set.
/// </remarks>
public sealed class CritiqueAndReviseEstimator : FeedbackEstimator
{
    private const string Name = "CritiqueAndRevise";

    private readonly Reviser _reviser;
    private readonly Options _options;

    internal CritiqueAndReviseEstimator(IHostEnvironment environment, AlignmentRun run, Reviser reviser, Options options)
        : base(environment, run, Name, options) => (_reviser, _options) = (reviser, options);

    private protected override FeedbackColumns Check(SchemaShape input)
    {
        AlignmentSchema.CheckText(Context, input, "prompt", _options.PromptColumnName);
        AlignmentSchema.CheckText(Context, input, "completion", _options.CompletionColumnName);
        string[] outputs = [_options.CompletionColumnName, ColumnNames.Chosen, ColumnNames.Rejected, "Critique", "Principles", "Judge"];
        string[] keys = [_options.PromptColumnName, _options.CompletionColumnName];
        return new(keys, [.. outputs.Select(name => ScoreColumn.Text(name))]) { ChangesRows = true };
    }

    private protected override async Task<(FeedbackRows Rows, JudgeQuality? Quality)> WorkAsync(FeedbackTask task)
    {
        task.Progress.Expect(task.Rows.Count);
        var revisions = await task.ForEachAsync(
            task.Rows,
            (row, cancellation) => row[1].Length == 0
                ? Task.FromResult<Revision?>(null)
                : _reviser.ReviseAsync(task.Shown(row[0]), row[1], _options, task.Session, cancellation),
            revision => revision is null).ConfigureAwait(false);
        var (rows, failed, unchanged) = (new FeedbackRows(), 0, 0);
        foreach (var (row, revision) in task.Rows.Zip(revisions))
        {
            failed += revision is null ? 1 : 0;
            unchanged += revision?.Completion == row[1] ? 1 : 0;
            var stays = revision is not null && (revision.Completion != row[1] || _options.KeepUnchanged);
            rows.Add(row, stays ? [Of(row[1], revision!)] : (object?[][])[]);
        }

        task.Log(string.Create(CultureInfo.InvariantCulture, $"{unchanged} completions unchanged, {failed} without a revision"));
        return (rows, null);
    }

    private object?[] Of(string original, Revision revision) =>
    [
        revision.Completion, revision.Completion, original,
        string.Join(" | ", revision.Critiques), string.Join(", ", revision.Principles), _reviser.Identity,
    ];

    /// <summary>How completions are revised.</summary>
    public sealed record Options : ClientStageOptions
    {
        /// <summary>Gets the text column of the completions. The default is <c>Completion</c>.</summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string CompletionColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Completion;

        /// <summary>Gets the rounds of critique and revision. At least 1; the default is 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
        public int Rounds { get; init => field = Require.AtLeast(1, value); } = 1;

        /// <summary>
        /// Gets whether rows stay whose completion is as it was, which are good data for SFT; set it to false where pairs are trained on. The default
        /// is true.
        /// </summary>
        public bool KeepUnchanged { get; init; } = true;

        /// <summary>Gets the sampling temperature. 0 or more; the default is 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not a finite number of 0 or more.</exception>
        public double Temperature { get; init => field = Require.NotNegative(value); }

        /// <summary>Gets the seed of the first round, for providers that take one; the others count on from it. The default is 1.</summary>
        public long Seed { get; init; } = 1;

        /// <summary>Gets the most tokens of a critique or revision. At least 1; the default is 512.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
        public int MaxOutputTokens { get; init => field = Require.AtLeast(1, value); } = 512;
    }
}
