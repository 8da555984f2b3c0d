using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Conversations as columns hold them: <c>[{"role": …, "content": …}]</c>.</summary>
internal static class MessageJson
{
    /// <summary>Reads a conversation.</summary>
    /// <param name="json">The text of the column.</param>
    /// <param name="column">The role of the column, for errors.</param>
    /// <exception cref="InvalidExampleException">It is not JSON, or not a list of messages, or the list is empty.</exception>
    public static IReadOnlyList<TemplateMessage> Read(string json, string column)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return ReadList(document.RootElement) is { Count: > 0 } messages ? messages : throw Malformed(column, "it is another JSON value, or has no message");
        }
        catch (JsonException exception)
        {
            throw Malformed(column, exception.Message);
        }
    }

    /// <summary>Reads a list of messages if the text is one; null if it is any other text.</summary>
    public static IReadOnlyList<TemplateMessage>? TryRead(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith("["))
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return ReadList(document.RootElement);
        }
        catch (JsonException)
        {
            // Plain text that begins with a bracket.
            return null;
        }
    }

    private static List<TemplateMessage>? ReadList(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
            return null;
        var messages = new List<TemplateMessage>();
        foreach (var element in list.EnumerateArray())
        {
            if (StringOf(element, "role") is not { } role || StringOf(element, "content") is not { } content)
                return null;
            messages.Add(new TemplateMessage(role, content));
        }

        return messages;
    }

    private static string? StringOf(JsonElement message, string name) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static InvalidExampleException Malformed(string column, string found) => new(
        column, "malformed messages", $"The {column} is not a conversation: {found}. It must be JSON of the form [{{\"role\": \"user\", \"content\": \"…\"}}], contents being strings.");
}
