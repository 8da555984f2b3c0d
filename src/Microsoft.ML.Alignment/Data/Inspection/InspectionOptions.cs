namespace Microsoft.ML.Alignment;

/// <summary>How rows are read for looking at them. The defaults are those of the trainers.</summary>
public sealed record InspectionOptions
{
    /// <summary>Gets the text column of prompts. The default is <c>Prompt</c>.</summary>
    public string PromptColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Prompt;

    /// <summary>
    /// Gets the text columns of completions. Null, the default, takes <c>Chosen</c> and <c>Rejected</c> if both are there, else
    /// <c>Completion</c>, else <c>Chosen</c>, else none. Two are a pair, the better one first.
    /// </summary>
    public IReadOnlyList<string>? CompletionColumnNames { get; init; }

    /// <summary>Gets how prompts are read. The default is as the column says.</summary>
    public PromptFormat PromptFormat { get; init; }

    /// <summary>
    /// Gets the most tokens of prompt and completion. At least 2; the default is 1024. The model's positions bound it too.
    /// </summary>
    public int MaxLength { get; init => field = Require.AtLeast(2, value); } = 1024;

    /// <summary>Gets what becomes of completions that do not fit. The default is that their rows are invalid.</summary>
    public LongCompletions LongCompletions { get; init; }

    internal Data.ExampleColumns Columns(DataViewSchema schema)
    {
        return new(PromptColumnName, CompletionColumnNames ?? Usual(), []);

        string[] Usual() => Has(ColumnNames.Chosen) && Has(ColumnNames.Rejected) ? [ColumnNames.Chosen, ColumnNames.Rejected]
            : Has(ColumnNames.Completion) ? [ColumnNames.Completion] : Has(ColumnNames.Chosen) ? [ColumnNames.Chosen] : [];

        bool Has(string name) => schema.GetColumnOrNull(name)?.Type is Microsoft.ML.Data.TextDataViewType;
    }
}
