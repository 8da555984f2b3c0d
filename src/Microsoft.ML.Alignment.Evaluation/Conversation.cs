using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment;

/// <summary>Conversations as judges and reward models read them.</summary>
internal static class Conversation
{
    /// <summary>As a person reads it: the words of a single turn of a user, else the turns one behind another.</summary>
    public static string Shown(IReadOnlyList<ChatMessage> messages) => messages is [{ Text: var only } single] && single.Role == ChatRole.User
        ? only
        : string.Join("\n\n", messages.Select(message => $"{message.Role}: {message.Text}"));

    /// <summary>As a prompt of a column.</summary>
    /// <exception cref="ArgumentException">Prompts are single texts, and it is more than a user's turn.</exception>
    public static string AsPrompt(IReadOnlyList<ChatMessage> messages, bool areConversations)
    {
        if (areConversations)
            return JsonSerializer.Serialize(messages.Select(message => new { role = message.Role.Value, content = message.Text }));
        return messages is [{ Text: var text } single] && single.Role == ChatRole.User
            ? text
            : throw new ArgumentException(
                $"The conversation has the roles [{string.Join(", ", messages.Select(message => message.Role))}], and the reward reads "
                + "a single text of a user. Use a reward that was trained on conversations, with "
                + $"{nameof(RewardEvaluator)}.{nameof(RewardEvaluator.ReadsConversations)}.", nameof(messages));
    }
}
