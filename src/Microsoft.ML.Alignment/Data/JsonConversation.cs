using System.Text.Json;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Lists of messages <c>{"role": …, "content": …}</c> as they stand in JSON.</summary>
internal static class JsonConversation
{
    private const string Assistant = "assistant";
    private const string User = "user";

    /// <summary>Checks that a list consists of messages.</summary>
    /// <exception cref="InvalidDataException">It is empty, or a message lacks its role or content.</exception>
    public static void Check(JsonLine line, string property, JsonElement list)
    {
        if (list.GetArrayLength() == 0)
            throw line.Error(property, "the list of messages is empty.");
        var index = 0;
        foreach (var message in list.EnumerateArray())
        {
            index++;
            foreach (var part in (string[])["role", "content"])
            {
                if (message.ValueKind != JsonValueKind.Object
                    || !message.TryGetProperty(part, out var value)
                    || value.ValueKind != JsonValueKind.String)
                    throw line.Error(property, $"message {index} has no text '{part}'; each is {{\"role\": …, \"content\": …}} with strings.");
                line.String(property, value);
            }
        }
    }

    /// <summary>Checks that a whole conversation ends with an answer to something.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public static void CheckEndsWithAnswer(JsonLine line, string property, JsonElement list)
    {
        var last = list[list.GetArrayLength() - 1].GetProperty("role").GetString();
        if (last != Assistant)
            throw line.Error(property, $"the last message is of role '{last}'; it must be the assistant's, which is the completion.");
        if (list.GetArrayLength() < 2)
            throw line.Error(property, "there is nothing before the assistant's message; a prompt is needed.");
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
        list.GetArrayLength() > 1 && list[0].GetProperty("role").ValueEquals(User) && list[0].GetProperty("content").ValueEquals(text);
}
