using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment.Judging;

/// <summary>Finds the JSON object that a model was asked for in what it said.</summary>
internal static class AnswerJson
{
    // An object that says two things says neither.
    private static readonly JsonSerializerOptions Once = new() { AllowDuplicateProperties = false };

    /// <summary>A response format of two members, the reasons first, so that a model writes them before its verdict.</summary>
    public static ChatResponseFormat FormatOf(string name, string verdict, string schemaOfVerdict) => ChatResponseFormat.ForJsonSchema(
        JsonDocument.Parse($$"""
            {
              "type": "object",
              "properties": { "rationale": { "type": "string" }, "{{verdict}}": {{schemaOfVerdict}} },
              "required": ["rationale", "{{verdict}}"],
              "additionalProperties": false
            }
            """).RootElement, name);

    /// <summary>The object that an answer ends with, whatever stands before it; null if there is none with this member.</summary>
    public static JsonElement? Last(string text, string member)
    {
        var end = text.LastIndexOf('}');
        for (var start = end < 0 ? -1 : text.LastIndexOf('{', end); start >= 0; start = start == 0 ? -1 : text.LastIndexOf('{', start - 1))
            if (Parse(text[start..(end + 1)]) is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(member, out _))
                return found;
        return null;
    }

    /// <summary>The reasons that an object gives; empty if it has none.</summary>
    public static string Rationale(JsonElement answer) =>
        answer.TryGetProperty("rationale", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private static JsonElement? Parse(string text)
    {
        try
        {
            var answer = JsonSerializer.Deserialize<JsonElement>(text, Once);
            JsonTexts.RequireWhole(text);
            return answer;
        }
        catch (JsonException)
        {
            return null; // not the object that was looked for
        }
    }
}
