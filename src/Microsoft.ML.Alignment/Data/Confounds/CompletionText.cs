using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Data.Confounds;

/// <summary>What is said in the completions of a column: of conversations the contents of their messages.</summary>
internal static class CompletionText
{
    public static Func<string, string> Reader(DataViewSchema schema, string column) =>
        schema.GetColumnOrNull(column) is { Type: TextDataViewType } found && TextFormat.IsMessages(found) ? OfConversation : text => text;

    private static string OfConversation(string completion)
    {
        try
        {
            return MessageList.ParseAnswer(completion) is { } messages
                ? string.Join('\n', messages.Select(message => message.Content))
                : completion;
        }
        catch (InvalidExampleException)
        {
            return completion; // not to be trained on, which reading says
        }
    }
}
