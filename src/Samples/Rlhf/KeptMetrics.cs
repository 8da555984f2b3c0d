using System.Text.Json;

namespace Samples.Rlhf;

/// <summary>Reads what a run that was kept has measured: <c>metrics.jsonl</c> of its stages.</summary>
internal static class KeptMetrics
{
    /// <summary>Takes what a metric was in each step or evaluation that has it.</summary>
    /// <param name="folder">The run's.</param>
    /// <param name="metric">Its name; <c>eval_</c> stands before those of held-out rows.</param>
    public static IReadOnlyList<(int Step, double Value)> Of(string folder, string metric)
    {
        List<(int, double)> found = [];
        foreach (var line in Directory.GetFiles(folder, "metrics.jsonl", SearchOption.AllDirectories).Order().SelectMany(File.ReadLines))
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty(metric, out var value) && value.ValueKind == JsonValueKind.Number)
                found.Add((json.RootElement.GetProperty("step").GetInt32(), value.GetDouble()));
        }

        return found;
    }
}
