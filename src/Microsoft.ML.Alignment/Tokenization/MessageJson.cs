using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Reads one message of a conversation with all that it has.</summary>
internal static class MessageJson
{
    /// <summary>The field that templates read what was thought from.</summary>
    public const string Reasoning = "reasoning_content";

    private static readonly string[] OtherReasoning = ["thinking", "reasoning"];

    /// <summary>Reads a message; null, and what is wrong with it, if it cannot be used.</summary>
    /// <remarks>
    /// Fields that are null count as absent. A list of text parts is one text. What was thought is copied to
    /// <c>reasoning_content</c>, as transformers does. <c>weight</c> says whether the message is trained on.
    /// </remarks>
    public static TemplateMessage? Read(JsonElement message, out string problem)
    {
        problem = "";
        if (message.ValueKind == JsonValueKind.Object && message.TryGetProperty("from", out _) && message.TryGetProperty("value", out _))
            problem = "has ShareGPT's 'from' and 'value'; rename them to 'role' (human: user, gpt: assistant) and 'content'";
        else if (TextOf(message, "role") is null)
            problem = "lacks text in 'role'";
        if (problem.Length > 0)
            return null;
        var fields = FieldsOf(message);
        var content = ContentOf(message, fields, out problem);
        var isTrained = IsTrained(message, ref problem);
        if (problem.Length > 0)
            return null;
        return new(TextOf(message, "role")!, content ?? "") { Fields = fields, HasContent = content is not null, IsTrained = isTrained };
    }

    /// <summary>The text of a member; null if there is none.</summary>
    public static string? TextOf(JsonElement message, string name) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static IReadOnlyDictionary<string, JsonElement> FieldsOf(JsonElement message)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in message.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.Null))
        {
            if (member.Name is not ("role" or "content" or "weight"))
                fields[member.Name] = member.Value.Clone();
        }

        if (!fields.ContainsKey(Reasoning) && OtherReasoning.FirstOrDefault(fields.ContainsKey) is { } thought)
            fields[Reasoning] = fields[thought];
        return fields.Count > 0 ? fields : TemplateMessage.NoFields;
    }

    private static string? ContentOf(JsonElement message, IReadOnlyDictionary<string, JsonElement> fields, out string problem)
    {
        problem = "";
        if (!message.TryGetProperty("content", out var content) || content.ValueKind == JsonValueKind.Null)
        {
            if (!fields.TryGetValue("tool_calls", out var calls) || calls.ValueKind != JsonValueKind.Array || calls.GetArrayLength() == 0)
                problem = "lacks text in 'content' and has no 'tool_calls'";
            return null;
        }

        if (content.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
            problem = "lacks text in 'content'";
        if (content.ValueKind != JsonValueKind.Array)
            return problem.Length == 0 ? content.GetString() : null;
        foreach (var part in content.EnumerateArray())
        {
            if (TextOf(part, "type") is { } type && type != "text")
                problem = $"has a part of type '{type}' in 'content'; only parts of type 'text' can be read";
            else if (TextOf(part, "text") is null)
                problem = "lacks text in a part of 'content'";
        }

        return problem.Length == 0 ? string.Concat(content.EnumerateArray().Select(part => TextOf(part, "text"))) : null;
    }

    private static bool IsTrained(JsonElement message, ref string problem)
    {
        if (!message.TryGetProperty("weight", out var weight) || weight.ValueKind == JsonValueKind.Null)
            return true;
        if (weight.ValueKind == JsonValueKind.Number && weight.GetDouble() is 0 or 1)
            return weight.GetDouble() != 0;
        if (problem.Length == 0)
            problem = $"has 'weight' {weight.GetRawText()}; it is 1, trained on, or 0, not trained on";
        return false;
    }
}
