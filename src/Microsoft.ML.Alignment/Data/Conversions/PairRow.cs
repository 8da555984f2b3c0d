namespace Microsoft.ML.Alignment.Data.Conversions;

/// <summary>A better and a worse completion of a prompt.</summary>
internal sealed record PairRow(string Prompt, string Chosen, string Rejected, float Margin)
{
    /// <summary>Columns <c>Prompt</c>, <c>Chosen</c> and <c>Rejected</c>.</summary>
    /// <param name="formats">The format of prompts and completions in the source.</param>
    public static IReadOnlyList<DerivedColumn<PairRow>> Columns(SourceFormats formats) => [
        DerivedColumn<PairRow>.Text(ColumnNames.Prompt, formats.PromptIsMessages, row => row.Prompt),
        DerivedColumn<PairRow>.Text(ColumnNames.Chosen, formats.CompletionIsMessages, row => row.Chosen),
        DerivedColumn<PairRow>.Text(ColumnNames.Rejected, formats.CompletionIsMessages, row => row.Rejected)];

    /// <summary>The same and <c>Margin</c>.</summary>
    public static IReadOnlyList<DerivedColumn<PairRow>> ColumnsWithMargin(SourceFormats formats) =>
        [.. Columns(formats), DerivedColumn<PairRow>.Number("Margin", row => row.Margin)];
}
