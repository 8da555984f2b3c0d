namespace Microsoft.ML.Alignment;

/// <summary>How scored completions become pairs.</summary>
public sealed record ScoredCompletionOptions
{
    /// <summary>Gets which completions of a prompt become pairs. The default is the best against the worst.</summary>
    public CompletionPairing Pairing { get; init; } = CompletionPairing.BestAgainstWorst;

    /// <summary>
    /// Gets the least difference of scores that makes a pair. 0 or more; the default, 0, asks for any difference. Equal scores make none.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
    public double MinimumMargin { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the text column of prompts. The default is <c>Prompt</c>.</summary>
    public string PromptColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Prompt;

    /// <summary>Gets the text column of completions. The default is <c>Completion</c>.</summary>
    public string CompletionColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Completion;

    /// <summary>Gets the column of numbers, more for a better completion. The default is <c>Score</c>.</summary>
    public string ScoreColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Score;
}
