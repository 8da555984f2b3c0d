using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment;

/// <summary>What a data set holds, as a stage reads it.</summary>
public sealed record DataSummary
{
    /// <summary>Gets the number of rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the rows that are trained on.</summary>
    public required long Used { get; init; }

    /// <summary>Gets the rows that are left out, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Skipped { get; init; }

    /// <summary>
    /// Gets how many messages have a field that the model's chat template does not read, such as <c>name</c>, by the field's name.
    /// </summary>
    public IReadOnlyDictionary<string, long> UnreadFields { get; init; } = ReadOnlyDictionary<string, long>.Empty;

    /// <summary>Gets the most tokens of a prompt and a completion together.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Gets the used rows whose prompt is cut from the left to keep to <see cref="MaxLength"/>.</summary>
    public required long Truncated { get; init; }

    /// <summary>
    /// Gets the used rows whose completions are cut to keep to <see cref="MaxLength"/>; 0 unless the options ask for that.
    /// </summary>
    public long CompletionsCut { get; init; }

    /// <summary>
    /// Gets the used rows whose prompt, read as text or as one turn, looks like a dialogue (<c>\n\nHuman: … \n\nAssistant:</c>).
    /// </summary>
    public long Dialogues { get; init; }

    /// <summary>Gets the lengths of prompts before they are cut.</summary>
    public required LengthQuantiles PromptTokens { get; init; }

    /// <summary>Gets the lengths of completions, end token included; null where rows have none.</summary>
    public LengthQuantiles? CompletionTokens { get; init; }

    /// <summary>
    /// Gets the lengths of a prompt with one of its completions before the prompt is cut; null where rows have no completion.
    /// </summary>
    public LengthQuantiles? SequenceTokens { get; init; }

    /// <summary>Gets the used rows whose tokens and numbers are those of an earlier row.</summary>
    public required long Duplicates { get; init; }

    /// <summary>
    /// Gets the used pairs, duplicates not counted, of which an earlier pair says the opposite: chosen and rejected swapped.
    /// </summary>
    public required long Conflicts { get; init; }

    /// <summary>Gets the features that alone tell chosen from rejected, the most accurate first; empty where rows are no pairs.</summary>
    public required IReadOnlyList<Confound> Confounds { get; init; }

    /// <summary>The summary as lines of text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        var reasons = string.Join(", ", Skipped.Select(reason => $"{reason.Value} × {reason.Key}"));
        text.Append(CultureInfo.InvariantCulture, $"Rows: {Used} of {Rows} used");
        text.AppendLine(Skipped.Count == 0 ? "." : $"; left out: {reasons}.");
        text.AppendLine(CultureInfo.InvariantCulture, $"Prompt tokens: {PromptTokens}.");
        if (CompletionTokens is not null)
            text.AppendLine(CultureInfo.InvariantCulture, $"Completion tokens: {CompletionTokens}.");
        if (SequenceTokens is not null)
            text.AppendLine(CultureInfo.InvariantCulture, $"Prompt and completion: {SequenceTokens}; {Truncated} rows cut to {MaxLength}.");
        text.Append(CultureInfo.InvariantCulture, $"Duplicates: {Duplicates} rows; {Conflicts} pairs that an earlier pair contradicts.");
        if (CompletionsCut > 0)
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"Completions cut: {CompletionsCut} rows, which have no end token.");
        if (Dialogues > 0)
            text.AppendLine().Append(CultureInfo.InvariantCulture,
                $"Dialogues written as text: {Dialogues} prompts, read as one text or turn each. " +
                $"{nameof(JsonLinesOptions)}.{nameof(JsonLinesOptions.Dialogue)} makes messages of them.");
        foreach (var (field, count) in UnreadFields)
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"Not read by the chat template: '{field}' of {count} messages.");
        foreach (var confound in Confounds)
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"Confound: {confound}.");
        return text.ToString();
    }
}
