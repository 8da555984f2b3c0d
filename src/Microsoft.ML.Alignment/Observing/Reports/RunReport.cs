using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Observing.Health;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Observing.Samples;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>All that a report says of a stage.</summary>
internal sealed record RunReport(RunFacts Facts, RunHistory History, IReadOnlyList<KeptAnswer> Answers)
{
    private const string FileName = "facts.json";
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Gets some of what the policy wrote while it was trained on what it writes; none for other methods.</summary>
    public IReadOnlyList<KeptCompletion> Completions { get; init; } = [];

    /// <summary>Gets what looks wrong with it.</summary>
    public IReadOnlyList<HealthAdvice> Advice => [.. Facts.Advice, .. HealthCheck.Of(History, Facts.Health)];

    /// <summary>Writes the facts of a stage into its folder.</summary>
    public static void WriteFacts(string folder, RunFacts facts) => AtomicFile.Write(
        Path.Combine(folder, FileName), stream => stream.Write(JsonText.Write((JsonObject)JsonSerializer.SerializeToNode(facts, Names)!)));

    /// <summary>The stages of a workspace that have begun, in their order.</summary>
    /// <exception cref="InvalidDataException">A file of a stage is damaged.</exception>
    public static IReadOnlyList<RunReport> ReadAll(string workspace) =>
    [
        .. Directory.EnumerateDirectories(workspace)
            .Where(folder => File.Exists(Path.Combine(folder, FileName)))
            .OrderBy(IndexOf).ThenBy(folder => folder, StringComparer.Ordinal)
            .Select(Read),
    ];

    private static RunReport Read(string folder) =>
        new(
            ReadFacts(Path.Combine(folder, FileName)), new(MetricsFile.Read(folder)),
            KeptLines<KeptAnswer>.Read(Path.Combine(folder, KeptAnswer.FileName)))
        {
            Completions = KeptLines<KeptCompletion>.Read(Path.Combine(folder, KeptCompletion.FileName)),
        };

    private static RunFacts ReadFacts(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunFacts>(File.ReadAllBytes(path), Names)!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"'{path}' is no description of a stage: {e.Message} Remove it; the next run writes it anew.", e);
        }
    }

    // Folders are named <index>-<method>.
    private static int IndexOf(string folder) =>
        int.TryParse(Path.GetFileName(folder).Split('-')[0], out var index) ? index : int.MaxValue;
}
