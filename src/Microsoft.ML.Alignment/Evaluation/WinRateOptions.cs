namespace Microsoft.ML.Alignment;

/// <summary>How two policies write and are compared.</summary>
public sealed record WinRateOptions
{
    /// <summary>Gets the text column of prompts. The default is <c>Prompt</c>.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public string PromptColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Prompt;

    /// <summary>
    /// Gets how prompts are read. The default is as the column says; what it does not say each model reads as it is used to.
    /// </summary>
    public PromptFormat PromptFormat { get; init; }

    /// <summary>Gets how both write. The default is greedy, 128 tokens at most.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public GenerationOptions Generation { get; init => field = Require.NotNull(value); } = new();

    /// <summary>Gets how many rows the judge is asked about at once. At least 1; the default is 8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int MaxConcurrency { get; init => field = Require.AtLeast(1, value); } = 8;
}
