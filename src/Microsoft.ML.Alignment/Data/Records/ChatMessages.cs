using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment.Data.Records;

/// <summary>Conversations of Microsoft.Extensions.AI as the JSON that columns hold.</summary>
internal static class ChatMessages
{
    /// <summary><c>[{"role": …, "content": …}]</c>; empty where there is no message.</summary>
    /// <exception cref="InvalidDataException">A message has contents that are no text.</exception>
    public static string ToJson(IEnumerable<ChatMessage>? messages, string column)
    {
        var list = messages?.Select(message => new { role = message.Role.Value, content = TextOf(message, column) }).ToList();
        return list is null or [] ? "" : JsonSerializer.Serialize(list);
    }

    private static string TextOf(ChatMessage message, string column) =>
        message.Contents.FirstOrDefault(content => content is not TextContent) is { } other
            ? throw new InvalidDataException(
                $"Column '{column}': a message of role '{message.Role}' holds {other.GetType().Name}; only text can be trained on. "
                + "Remove it or write it as text.")
            : message.Text;
}
