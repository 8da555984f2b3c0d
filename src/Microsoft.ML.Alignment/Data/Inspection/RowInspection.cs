using Microsoft.ML.Alignment.Data.Inspection;

namespace Microsoft.ML.Alignment;

/// <summary>What becomes of a token in training.</summary>
public enum TokenRole
{
    /// <summary>Cut from the prompt because the row is too long; the model does not see it.</summary>
    Cut,
    /// <summary>Of the prompt: seen and not trained on.</summary>
    Prompt,
    /// <summary>Of a completion: trained on.</summary>
    Completion,
    /// <summary>The token that ends a completion: trained on.</summary>
    End,
}

/// <summary>A token of a row.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its text; as the vocabulary writes it where it is a part of a character.</param>
/// <param name="Role">What becomes of it.</param>
public readonly record struct InspectedToken(int Id, string Text, TokenRole Role);

/// <summary>A text of a row with its tokens.</summary>
/// <param name="Column">The column it comes from.</param>
/// <param name="Text">The text that the tokens stand for, as the chat template renders it.</param>
/// <param name="Tokens">The tokens.</param>
public sealed record InspectedText(string Column, string Text, IReadOnlyList<InspectedToken> Tokens);

/// <summary>A row as it is trained on: the rendered text and its tokens.</summary>
public sealed record RowInspection
{
    /// <summary>Gets the number of the row, from 1.</summary>
    public required long Row { get; init; }

    /// <summary>Gets how the prompt was read.</summary>
    public required PromptFormat Format { get; init; }

    /// <summary>Gets the most tokens of prompt and completion.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Gets why the row cannot be trained on; null if it can.</summary>
    public string? Problem { get; init; }

    /// <summary>Gets the prompt, cut tokens included; null where it cannot be read.</summary>
    public InspectedText? Prompt { get; init; }

    /// <summary>Gets the completions, chosen before rejected; empty where the row cannot be read.</summary>
    public required IReadOnlyList<InspectedText> Completions { get; init; }

    /// <summary>The row as plain text: the texts, then a line a token with its position, id and role.</summary>
    public override string ToString()
    {
        using var text = new StringWriter();
        new InspectionWriter(text, inColour: false).Write(this);
        return text.ToString();
    }

    /// <summary>Writes the row, in colour where a person reads it on a terminal.</summary>
    /// <param name="writer">Where to, e.g. <see cref="Console.Out"/>.</param>
    /// <param name="inColour">
    /// Whether to write ANSI colours; null, the default, does so on a console whose output is not redirected, unless the environment has
    /// <c>NO_COLOR</c>.
    /// </param>
    public void WriteTo(TextWriter writer, bool? inColour = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        new InspectionWriter(writer, inColour ?? InspectionWriter.IsTerminal(writer)).Write(this);
    }
}
