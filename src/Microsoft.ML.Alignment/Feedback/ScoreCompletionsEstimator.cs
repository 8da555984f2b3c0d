using System.Globalization;
using Microsoft.ML.Alignment.Feedback;
using Microsoft.ML.Alignment.Pipeline;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Alignment;

/// <summary>Has a judge score completions one by one. On-policy methods take the same judge with <c>RewardFunction.FromScorer</c>.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// | column | type | |
/// | -- | -- | -- |
/// | `Prompt`, `Completion` | text | required |
/// | `Score` | single | output; NaN where the judge abstained |
/// | `ScoreExplanation` | text | output; how it came about |
/// | `Judge` | text | output; who scored |
/// ]]></format>
/// </remarks>
public sealed class ScoreCompletionsEstimator : FeedbackEstimator
{
    private const string Name = "ScoreCompletions";

    private readonly ICompletionScorer _scorer;
    private readonly Options _options;

    internal ScoreCompletionsEstimator(IHostEnvironment environment, AlignmentRun run, ICompletionScorer scorer, Options options)
        : base(environment, run, Name, options) => (_scorer, _options) = (scorer, options);

    private protected override FeedbackColumns Check(SchemaShape input)
    {
        AlignmentSchema.CheckText(Context, input, "prompt", _options.PromptColumnName);
        AlignmentSchema.CheckText(Context, input, "completion", _options.CompletionColumnName);
        return new(
            [_options.PromptColumnName, _options.CompletionColumnName],
            [ScoreColumn.Single(_options.ScoreColumnName), ScoreColumn.Text("ScoreExplanation"), ScoreColumn.Text("Judge")]);
    }

    private protected override async Task<(FeedbackRows Rows, JudgeQuality? Quality)> WorkAsync(FeedbackTask task)
    {
        task.Progress.Expect(task.Rows.Count);
        var scores = await task.ForEachAsync(
            task.Rows, (row, cancellation) => _scorer.ScoreAsync(task.Shown(row[0]), row[1], task.Session, cancellation),
            score => score.Value is null).ConfigureAwait(false);
        var rows = new FeedbackRows();
        foreach (var (row, score) in task.Rows.Zip(scores))
            rows.Add(row, [(float?)score.Value, score.Explanation, _scorer.Identity]);
        task.Log(string.Create(CultureInfo.InvariantCulture, $"{scores.Count(score => score.Value is null)} abstentions"));
        return (rows, null);
    }

    /// <summary>Which columns are read and written.</summary>
    public sealed record Options : ClientStageOptions
    {
        /// <summary>Gets the text column of the completions. The default is <c>Completion</c>.</summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string CompletionColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Completion;

        /// <summary>Gets the column of the scores. The default is <c>Score</c>.</summary>
        /// <exception cref="ArgumentException">It is empty.</exception>
        public string ScoreColumnName { get; init => field = Require.NotEmpty(value); } = "Score";
    }
}
