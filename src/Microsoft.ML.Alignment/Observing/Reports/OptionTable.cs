using System.Text.Json.Serialization;
using System.Text.Json;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>The options of a stage as rows of a table, each under its path, e.g. <c>lora.rank</c>.</summary>
internal static class OptionTable
{
    private const string Training = "training";
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The method's own options, and how it trains as resolved.</summary>
    public static IReadOnlyDictionary<string, string> Of(StageStart stage)
    {
        var rows = new Dictionary<string, string>();
        if (stage.Options is { ValueKind: JsonValueKind.Object } options)
            foreach (var option in options.EnumerateObject().Where(option => !option.NameEquals(Training)))
                Add(rows, option.Name, option.Value);
        Add(rows, Training, JsonSerializer.SerializeToElement(stage.Training, Readable));
        return rows;
    }

    private static void Add(Dictionary<string, string> rows, string path, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
            foreach (var member in value.EnumerateObject())
                Add(rows, $"{path}.{member.Name}", member.Value);
        else
            rows[path] = value.ValueKind switch
            {
                JsonValueKind.Array => string.Join(", ", value.EnumerateArray()),
                JsonValueKind.Null => "none",
                _ => value.ToString(),
            };
    }
}
