namespace Microsoft.ML.Alignment;

/// <summary>Which columns are evaluated.</summary>
public sealed record EvaluationColumns
{
    /// <summary>Gets the text column of prompts. The default is <c>Prompt</c>.</summary>
    public string PromptColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Prompt;

    /// <summary>Gets the text column of completions. The default is <c>Completion</c>.</summary>
    public string CompletionColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Completion;

    /// <summary>Gets how prompts are read. The default is as the column says.</summary>
    public PromptFormat PromptFormat { get; init; }
}
