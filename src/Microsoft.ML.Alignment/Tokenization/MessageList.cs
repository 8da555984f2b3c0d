using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Reads conversations that travel as JSON text: <c>[{"role": …, "content": …}]</c>.</summary>
internal static class MessageList
{
    /// <summary>Reads the messages of a prompt.</summary>
    /// <exception cref="InvalidExampleException">The text is no list of messages.</exception>
    public static TemplateMessage[] Parse(string json) => TryParse(json, out var problem) ?? throw new InvalidExampleException(
        "prompt", "no conversation", $"the conversation cannot be read: {problem}; a JSON list of objects with text in 'role' and 'content' is needed");

    /// <summary>Reads the messages; null, with the reason, where the text is no list of messages.</summary>
    public static TemplateMessage[]? TryParse(string json, out string problem)
    {
        problem = "it is no JSON list";
        if (!json.AsSpan().TrimStart().StartsWith("["))
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement, out problem);
        }
        catch (JsonException e)
        {
            problem = e.Message;
            return null;
        }
    }

    private static TemplateMessage[]? Read(JsonElement list, out string problem)
    {
        problem = "";
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            problem = "it is no list with at least one message";
            return null;
        }

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

        return [.. messages];
    }

    private static string? Text(JsonElement message, string name) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
