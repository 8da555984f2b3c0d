namespace Microsoft.ML.Alignment;

/// <summary>What the options of all stages of feedback have.</summary>
public abstract record FeedbackStageOptions
{
    private protected FeedbackStageOptions()
    {
    }

    /// <summary>Gets the text column of prompts. The default is <c>Prompt</c>.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public string PromptColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Prompt;

    /// <summary>Gets what holds the requests of the stage.</summary>
    internal virtual FeedbackLimits RequestLimits => new();
}
