using System.Text.Json;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Lists of messages <c>{"role": …, "content": …}</c> as they stand in JSON.</summary>
internal static class JsonConversation
{
    private const string Assistant = "assistant";
    private const string User = "user";

    /// <summary>
    /// Where a whole conversation is cut into prompt and completion: the last message of the assistant's that is trained on
    /// (<c>weight</c> is not 0). Without one, and where the conversation ends with somebody else, the last message.
    /// </summary>
    public static int CompletionIndex(JsonElement list)
    {
        var last = list.GetArrayLength() - 1;
        if (!IsAssistant(list[last]))
            return last;
        for (var index = last; index > 0; index--)
        {
            if (IsAssistant(list[index]) && !HasNoWeight(list[index]))
                return index;
        }

        return last;
    }

    /// <summary>The tools of a row as a JSON list; null if it has none.</summary>
    /// <exception cref="InvalidDataException">They are no list.</exception>
    public static string? Tools(JsonLine line, string property, JsonElement tools)
    {
        if (tools.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
            return null;
        if (tools.ValueKind == JsonValueKind.Array)
            return tools.GetArrayLength() > 0 ? tools.GetRawText() : null;
        var text = tools.ValueKind == JsonValueKind.String ? line.String(property, tools) : "";
        if (tools.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(text))
            return null;
        return IsList(text) ? text : throw line.Error(
            property, $"found {JsonLine.Describe(tools)}; a list of tools is needed, also as JSON in a string.");
    }

    /// <summary>A text as a conversation of one message.</summary>
    public static string OfText(string text, bool fromUser) =>
        JsonSerializer.Serialize(new[] { new { role = fromUser ? User : Assistant, content = text } });

    /// <summary>The messages from one index up to another, as JSON.</summary>
    public static string Slice(JsonElement list, int start, int end) =>
        $"[{string.Join(", ", list.EnumerateArray().Skip(start).Take(end - start).Select(message => message.GetRawText()))}]";

    /// <summary>The number of leading messages that two conversations share, so that each has at least one left.</summary>
    public static int SharedLength(JsonElement first, JsonElement second)
    {
        var most = Math.Min(first.GetArrayLength(), second.GetArrayLength()) - 1;
        var shared = 0;
        while (shared < most && JsonElement.DeepEquals(first[shared], second[shared]))
            shared++;
        return shared;
    }

    /// <summary>Whether a conversation starts with a user's message and goes on after it.</summary>
    public static bool StartsWithUserText(JsonElement list, string text) =>
        list.GetArrayLength() > 1 && Is(list[0], "role", User) && Is(list[0], "content", text);

    private static bool IsAssistant(JsonElement message) => Is(message, "role", Assistant);

    private static bool HasNoWeight(JsonElement message) => message.ValueKind == JsonValueKind.Object
        && message.TryGetProperty("weight", out var weight) && weight.ValueKind == JsonValueKind.Number && weight.GetDouble() == 0;

    private static bool Is(JsonElement message, string property, string text) => message.ValueKind == JsonValueKind.Object
        && message.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String && value.ValueEquals(text);

    private static bool IsList(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Array;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
