using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Reads conversations that travel as JSON text: <c>[{"role": …, "content": …}]</c>.</summary>
internal static class MessageList
{
    /// <summary>Reads the messages of a prompt.</summary>
    /// <exception cref="InvalidExampleException">The text is no list of messages.</exception>
    public static TemplateMessage[] Parse(string prompt) => Read(prompt, out var problem, out _) ?? throw Unreadable("prompt", problem);

    /// <summary>Reads the messages of a completion; null where it is plain text, such as a list in which nobody speaks.</summary>
    /// <exception cref="InvalidExampleException">It is a list of messages that cannot be read.</exception>
    public static TemplateMessage[]? ParseAnswer(string completion)
    {
        var messages = Read(completion, out var problem, out var namesRole);
        return messages is null && namesRole ? throw Unreadable("completion", problem) : messages;
    }

    private static TemplateMessage[]? Read(string json, out string problem, out bool namesRole)
    {
        (problem, namesRole) = ("it is no JSON list", false);
        if (!json.AsSpan().TrimStart().StartsWith("["))
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            namesRole = document.RootElement.EnumerateArray().Any(message => Text(message, "role") is not null);
            return Read(document.RootElement, out problem);
        }
        // Half a surrogate pair is no text: the last two say so, of the text itself and of an escape in it.
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            problem = exception.Message;
            return null;
        }
    }

    private static TemplateMessage[]? Read(JsonElement list, out string problem)
    {
        problem = "it has no message";
        var messages = new List<TemplateMessage>();
        foreach (var message in list.EnumerateArray())
        {
            if (Text(message, "role") is not { } role || Text(message, "content") is not { } content)
            {
                problem = $"message {messages.Count + 1} lacks text in 'role' or 'content'";
                return null;
            }

            messages.Add(new(role, content));
        }

        return messages.Count > 0 ? [.. messages] : null;
    }

    private static InvalidExampleException Unreadable(string column, string problem) => new(
        column,
        "no conversation",
        $"The conversation cannot be read: {problem}; a JSON list of objects with text in 'role' and 'content' is needed.");

    private static string? Text(JsonElement message, string name) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
