namespace Microsoft.ML.Alignment.Data;

/// <summary>The columns that a method trains on.</summary>
/// <param name="Prompt">Text column of the prompt.</param>
/// <param name="Completions">Text columns of the completions: one for SFT, chosen then rejected for pairs, none for prompts alone.</param>
/// <param name="Values">Columns of numbers that belong to the row (Single, Double, Int32 or Boolean), e.g. the margin of a pair.</param>
internal sealed record ExampleColumns(string Prompt, IReadOnlyList<string> Completions, IReadOnlyList<string> Values)
{
    /// <summary>Gets further columns that are handed on as they are, of text, numbers or flags. The default is none.</summary>
    public IReadOnlyList<string> Kept { get; init; } = [];
}
