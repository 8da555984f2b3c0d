using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>
/// Reads conversations that travel as JSON text: <c>[{"role": …, "content": …}]</c>, or <c>{"messages": […], "tools": […]}</c>.
/// </summary>
internal static class MessageList
{
    /// <summary>The reason of a row whose conversation cannot be read.</summary>
    public const string NoConversation = "no conversation";

    private const string Messages = "messages";
    private const string Tools = "tools";

    /// <summary>Reads a prompt.</summary>
    /// <exception cref="InvalidExampleException">The text is no list of messages.</exception>
    public static Conversation Parse(string prompt) => Read(prompt, out var problem, out _) ?? throw Unreadable("prompt", problem);

    /// <summary>Whether a text is a conversation as JSON, whatever its column says.</summary>
    public static bool IsConversation(string text) => Read(text, out _, out _) is not null;

    /// <summary>Reads the messages of a completion; null where it is plain text, such as a list in which nobody speaks.</summary>
    /// <exception cref="InvalidExampleException">It is a list of messages that cannot be read.</exception>
    public static IReadOnlyList<TemplateMessage>? ParseAnswer(string completion)
    {
        if (!Begins(completion, '['))
            return null;
        var conversation = Read(completion, out var problem, out var namesRole);
        return conversation is null && namesRole ? throw Unreadable("completion", problem) : conversation?.Messages;
    }

    /// <summary>A prompt with tools, as JSON.</summary>
    /// <param name="messages">A JSON list of messages.</param>
    /// <param name="tools">A JSON list of tools.</param>
    public static string WithTools(string messages, string tools) => $$"""{"{{Messages}}": {{messages}}, "{{Tools}}": {{tools}}}""";

    private static Conversation? Read(string json, out string problem, out bool namesRole)
    {
        (problem, namesRole) = ($"it is no JSON list, and no object with a list of '{Messages}'", false);
        if (!Begins(json, '[') && !Begins(json, '{'))
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            var conversation = Read(document.RootElement, ref problem, out namesRole);
            JsonTexts.RequireWhole(json);
            return conversation;
        }
        // Half a character is no text: the last two say so, of the text itself and of an escape in it.
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            problem = exception.Message;
            return null;
        }
    }

    private static Conversation? Read(JsonElement root, ref string problem, out bool namesRole)
    {
        namesRole = false;
        if (root.ValueKind == JsonValueKind.Array)
            return Read(root, null, out problem, out namesRole);
        return root.TryGetProperty(Messages, out var list) && list.ValueKind == JsonValueKind.Array
            ? Read(list, root.TryGetProperty(Tools, out var tools) ? tools : null, out problem, out namesRole)
            : null;
    }

    private static Conversation? Read(JsonElement list, JsonElement? tools, out string problem, out bool namesRole)
    {
        namesRole = list.EnumerateArray().Any(message => MessageJson.TextOf(message, "role") is not null);
        problem = "it has no message";
        var messages = new List<TemplateMessage>();
        foreach (var element in list.EnumerateArray())
        {
            if (MessageJson.Read(element, out var found) is not { } message)
            {
                problem = $"message {messages.Count + 1} {found}";
                return null;
            }

            messages.Add(message);
        }

        if (messages.Count == 0)
            return null;
        if (tools is { ValueKind: not (JsonValueKind.Array or JsonValueKind.Null) })
        {
            problem = $"'{Tools}' is no list";
            return null;
        }

        return new(messages, tools is { ValueKind: JsonValueKind.Array } some && some.GetArrayLength() > 0 ? some.Clone() : null);
    }

    private static bool Begins(string json, char first) => json.AsSpan().TrimStart() is [var c, ..] && c == first;

    private static InvalidExampleException Unreadable(string column, string problem) => new(
        column,
        NoConversation,
        $"The conversation cannot be read: {problem}; a JSON list of objects with text in 'role' and 'content' is needed.");
}
