using System.Text;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Splitting;

/// <summary>Tells which rows have the same prompt, whatever its white space.</summary>
internal sealed class PromptGroups
{
    private readonly bool _isConversation;

    /// <exception cref="ArgumentOutOfRangeException">The column is missing or is no text.</exception>
    public PromptGroups(IDataView view, string promptColumn)
    {
        var names = view.Schema.Where(c => !c.IsHidden).Select(c => $"'{c.Name}'");
        if (view.Schema.GetColumnOrNull(promptColumn) is not { Type: TextDataViewType } column)
            throw new ArgumentOutOfRangeException(
                nameof(promptColumn), promptColumn, $"The data has no text column '{promptColumn}'; it has {string.Join(", ", names)}.");
        (Column, _isConversation) = (column, TextFormat.IsMessages(column));
    }

    /// <summary>Gets the column of prompts.</summary>
    public DataViewSchema.Column Column { get; }

    /// <summary>The group of a row's prompt.</summary>
    public ulong Of(ReadOnlyMemory<char> prompt)
    {
        var text = new StringBuilder();
        if (_isConversation && prompt.Length > 0)
        {
            var conversation = Read(prompt.ToString());
            text.Append(conversation.Tools?.GetRawText());
            foreach (var message in conversation.Messages)
            {
                AppendWords(text.Append('\0').Append(message.Role).Append('\0'), message.Content);
                foreach (var (name, value) in message.Fields.OrderBy(field => field.Key, StringComparer.Ordinal))
                    text.Append('\0').Append(name).Append('\0').Append(value.GetRawText());
            }
        }
        else
        {
            AppendWords(text, prompt.Span);
        }

        return TextHash.Of(text.ToString());
    }

    /// <summary>The number of rows of each group. In memory are a hash and a count a prompt.</summary>
    public Dictionary<ulong, long> Sizes(IDataView view)
    {
        var sizes = new Dictionary<ulong, long>();
        using var cursor = view.GetRowCursor([Column]);
        var getter = cursor.GetGetter<ReadOnlyMemory<char>>(Column);
        ReadOnlyMemory<char> prompt = default;
        while (cursor.MoveNext())
        {
            getter(ref prompt);
            var group = Of(prompt);
            sizes[group] = sizes.GetValueOrDefault(group) + 1;
        }

        return sizes;
    }

    // What is no conversation is a group by its text; training is what refuses it.
    private static Conversation Read(string prompt)
    {
        try
        {
            return MessageList.Parse(prompt);
        }
        catch (InvalidExampleException)
        {
            return new([new("", prompt)]);
        }
    }

    private static void AppendWords(StringBuilder to, ReadOnlySpan<char> text)
    {
        text = text.Trim();
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsWhiteSpace(text[i]))
                to.Append(text[i]);
            else if (!char.IsWhiteSpace(text[i - 1]))
                to.Append(' ');
        }
    }
}
