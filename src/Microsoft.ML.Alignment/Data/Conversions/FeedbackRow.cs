namespace Microsoft.ML.Alignment.Data.Conversions;

/// <summary>A completion and whether it is desirable.</summary>
internal sealed record FeedbackRow(string Prompt, string Completion, bool Label)
{
    /// <summary>Columns <c>Prompt</c>, <c>Completion</c> and <c>Label</c>.</summary>
    /// <param name="formats">The format of prompts and completions in the source.</param>
    public static IReadOnlyList<DerivedColumn<FeedbackRow>> Columns(SourceFormats formats) => [
        DerivedColumn<FeedbackRow>.Text(ColumnNames.Prompt, formats.PromptIsMessages, row => row.Prompt),
        DerivedColumn<FeedbackRow>.Text(ColumnNames.Completion, formats.CompletionIsMessages, row => row.Completion),
        DerivedColumn<FeedbackRow>.Flag(ColumnNames.Label, row => row.Label)];
}
