using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Prompts of a column as chat clients and people read them.</summary>
internal static class PromptMessages
{
    /// <summary>The messages that a client answers: the conversation, or the text as what a user says.</summary>
    /// <exception cref="InvalidExampleException">The text is no conversation.</exception>
    public static IReadOnlyList<ChatMessage> Of(string prompt, bool isConversation) => isConversation
        ? [.. MessageList.Parse(prompt).Messages.Select(message => new ChatMessage(new(message.Role), message.Content))]
        : [new(ChatRole.User, prompt)];

    /// <summary>The text, or the turns of the conversation one behind another. A single turn of a user is its words.</summary>
    /// <exception cref="InvalidExampleException">The text is no conversation.</exception>
    public static string Shown(string prompt, bool isConversation) => isConversation ? MessageList.Parse(prompt).Shown() : prompt;
}
