using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Evaluation;

/// <summary>Prompts of a column.</summary>
/// <param name="Texts">As the column has them.</param>
/// <param name="Shown">As a person reads them.</param>
/// <param name="FormatFor">How a model reads them.</param>
internal sealed record PromptColumn(IReadOnlyList<string> Texts, IReadOnlyList<string> Shown, Func<LanguageModel, PromptFormat> FormatFor)
{
    /// <summary>Reads a column once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or is not text.</exception>
    /// <exception cref="InvalidDataException">There is no row, or a conversation cannot be read.</exception>
    public static PromptColumn Read(IDataView rows, string column, PromptFormat wanted)
    {
        if (rows.Schema.GetColumnOrNull(column) is not { Type: TextDataViewType })
            throw new ArgumentOutOfRangeException(nameof(rows), column,
                $"There is no text column '{column}'; there are " +
                $"{string.Join(", ", rows.Schema.Where(c => !c.IsHidden).Select(c => $"'{c.Name}'"))}. Name that of the prompts.");
        string[] texts = [.. rows.GetColumn<string>(column)];
        if (texts.Length == 0)
            throw new InvalidDataException("There is nothing to evaluate: the data hold no row.");
        var areConversations = TextFormat.Resolve(wanted, rows.Schema, column, hasTemplate: false) == PromptFormat.Messages;
        return new(
            texts, areConversations ? [.. texts.Select(Turns)] : texts,
            model => TextFormat.Resolve(wanted, rows.Schema, column, model.ChatTemplate is not null));
    }

    private static string Turns(string prompt)
    {
        try
        {
            return MessageList.Parse(prompt).Shown();
        }
        catch (InvalidExampleException e)
        {
            throw new InvalidDataException($"A prompt cannot be read: {e.Message}", e);
        }
    }
}
