using System.Text.Json;
using System.Text.Json.Nodes;
using Samples.Terminal;

namespace Samples.Story;

/// <summary>Writes results as JSON.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Write(string path, VerbResult result) => Write(path, new JsonObject
    {
        ["model"] = result.Model,
        ["seed"] = result.Seed,
        ["seconds"] = Math.Round(result.Seconds, 1),
        ["peakMemoryBytes"] = result.PeakMemoryBytes,
        ["test"] = new JsonObject { ["before"] = Node(result.Base), ["afterSft"] = Node(result.Sft), ["after"] = Node(result.Dpo) },
        ["rewardModel"] = Node(result.RewardModel),
    });

    public static void Write(string path, PairResult result) => Write(path, JsonSerializer.SerializeToNode(result, Format)!.AsObject());

    private static JsonNode Node<T>(T value) => JsonSerializer.SerializeToNode(value, Format)!;

    public static void Write(string path, JsonObject report) =>
        OutputFile.Write(path, partial => File.WriteAllText(partial, report.ToJsonString(Format) + "\n"));
}
