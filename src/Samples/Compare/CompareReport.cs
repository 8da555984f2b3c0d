using System.Text.Json.Nodes;
using Samples.Story;

namespace Samples.Compare;

/// <summary>Writes the medians, and every run of every seed, as JSON.</summary>
internal static class CompareReport
{
    public static void Write(string path, string model, IReadOnlyList<ResultRow> rows) => Report.Write(path, new JsonObject
    {
        ["model"] = model,
        ["medians"] = Array(rows.Select(row => Row(row.Method, column => row[column]))),
        ["runs"] = Array(rows.SelectMany(row => row.Runs).Select(Run)),
    });

    private static JsonObject Run(MethodResult run)
    {
        var row = Row(run.Method, column => column.Value(run));
        row["seed"] = run.Seed;
        row["answers"] = Array(run.Test.Answers.Select(answer => JsonValue.Create(answer)));
        return row;
    }

    private static JsonObject Row(string method, Func<ResultColumn, double?> value)
    {
        var row = new JsonObject { ["method"] = method };
        foreach (var column in ResultColumn.All)
            row[column.Key] = value(column) is { } number ? Math.Round(number, 4) : null;
        return row;
    }

    private static JsonArray Array(IEnumerable<JsonNode?> items) => [.. items];
}
