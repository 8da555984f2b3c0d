using System.Text.Json;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Pipeline;

/// <summary>
/// Time and memory of the stages that trained a model: an entry of their own, so that all others are equal for equal runs.
/// </summary>
internal static class SavedCosts
{
    public const string Name = "cost.json";

    [ThreadStatic]
    private static bool leftOut;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>
    /// Saves without them, so that equal models give equal files. ML.NET saves on the calling thread and passes nothing through to stages.
    /// </summary>
    public static void LeaveOutWhile(Action save)
    {
        leftOut = true;
        try
        {
            save();
        }
        finally
        {
            leftOut = false;
        }
    }

    /// <summary>Writes them beside the stage, if there are any.</summary>
    public static void Save(ModelSaveContext context, IReadOnlyList<TrainingRecord> history)
    {
        TrainingCost?[] costs = [.. history.Select(record => record.Cost)];
        if (leftOut || costs.All(cost => cost is null))
            return;
        using var entry = context.Repository.CreateEntry(context.Directory, Name);
        entry.Stream.Write(JsonSerializer.SerializeToUtf8Bytes(costs, Json));
    }

    /// <summary>The history with them, or as it is where they were not kept.</summary>
    /// <exception cref="FormatException">They are damaged.</exception>
    public static IReadOnlyList<TrainingRecord> Load(ModelLoadContext context, IReadOnlyList<TrainingRecord> history)
    {
        using var entry = context.Repository.OpenEntryOrNull(context.Directory, Name);
        if (entry is null)
            return history;
        try
        {
            var costs = JsonSerializer.Deserialize<TrainingCost?[]>(entry.Stream, Json);
            return costs?.Length == history.Count
                ? [.. history.Zip(costs, (record, cost) => record with { Cost = cost })]
                : throw new FormatException(
                    $"'{context.Directory}/{Name}' of the model file tells of {costs?.Length} stages, the model was trained by {history.Count}.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"'{context.Directory}/{Name}' of the model file is damaged: {e.Message}", e);
        }
    }
}
