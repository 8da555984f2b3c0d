namespace Microsoft.ML.Alignment;

/// <summary>Which columns of pairs are evaluated.</summary>
public sealed record PreferenceColumns
{
    /// <summary>Gets the text column of prompts. The default is <c>Prompt</c>.</summary>
    public string PromptColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Prompt;

    /// <summary>Gets the text column of the better completions. The default is <c>Chosen</c>.</summary>
    public string ChosenColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Chosen;

    /// <summary>Gets the text column of the worse completions. The default is <c>Rejected</c>.</summary>
    public string RejectedColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Rejected;

    /// <summary>Gets how prompts are read. The default is as the column says.</summary>
    public PromptFormat PromptFormat { get; init; }
}
