using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Notices a column of conversations that nothing says is one, whose JSON would be trained on as somebody's words.</summary>
/// <param name="column">The column of prompts.</param>
/// <param name="isMarked">Whether something says what the column holds.</param>
internal sealed class LostMark(string column, bool isMarked)
{
    private bool _suspicious = !isMarked;
    private long _conversations;

    /// <summary>Looks at a row's prompt.</summary>
    public void Look(string prompt)
    {
        if (!_suspicious || string.IsNullOrWhiteSpace(prompt))
            return;
        _suspicious = MessageList.IsConversation(prompt);
        _conversations++;
    }

    /// <summary>Refuses a column all of whose prompts are conversations.</summary>
    /// <exception cref="InvalidDataException">They are.</exception>
    public void Require()
    {
        if (_suspicious && _conversations > 0)
            throw new InvalidDataException(
                $"Every prompt of column '{column}' is a list of messages as JSON, but nothing says that the column holds conversations (its "
                + $"annotation {TextFormat.AnnotationKind} is lost by CreateEnumerable with LoadFromEnumerable, and by SaveAsText): the JSON "
                + $"would be read as words. Set {nameof(PromptFormat)} to {nameof(PromptFormat.Messages)}, or to {nameof(PromptFormat.Text)} "
                + $"or {nameof(PromptFormat.UserTurn)} if the JSON is meant.");
    }
}
