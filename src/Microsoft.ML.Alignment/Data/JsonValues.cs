using System.Text.Json;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Reads and checks single values of a row.</summary>
internal static class JsonValues
{
    /// <summary>Checks that a value is what its property's role needs.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public static void Check(JsonLine line, JsonProperty property, JsonElement value)
    {
        switch (property.Role)
        {
            case JsonRole.Label:
                Flag(line, property.Name, value);
                break;
            case JsonRole.Margin or JsonRole.ChosenProbability:
                Number(line, property.Name, value);
                break;
            case JsonRole.Tools:
                JsonConversation.Tools(line, property.Name, value);
                break;
            default:
                CheckText(line, property, value);
                break;
        }
    }

    /// <summary>True or false, also as 1 or 0 (1.0, 0.0).</summary>
    public static bool Flag(JsonLine line, string property, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when value.GetDouble() is 0 or 1 => value.GetDouble() != 0,
        _ => throw line.Error(property, $"found {JsonLine.Describe(value)}, true or false is needed."),
    };

    /// <summary>A number; NaN where there is none.</summary>
    public static double Number(JsonLine line, string property, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.Null or JsonValueKind.Undefined => double.NaN,
        _ => throw line.Error(property, $"found {JsonLine.Describe(value)}, a number is needed."),
    };

    /// <summary>A scalar as text; empty where there is none.</summary>
    public static string Text(JsonLine line, string property, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => line.String(property, value),
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };

    private static void CheckText(JsonLine line, JsonProperty property, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && property.Role != JsonRole.Messages)
        {
            line.String(property.Name, value);
            return;
        }

        if (value.ValueKind != JsonValueKind.Array)
            throw line.Error(property.Name, $"found {JsonLine.Describe(value)}, text or a list of messages is needed.");
    }
}
