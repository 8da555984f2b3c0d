using System.Globalization;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>What a stage trains on as rows of a table.</summary>
internal static class DataTable
{
    /// <summary>The rows.</summary>
    public static IReadOnlyDictionary<string, string> Of(StageData data)
    {
        var rows = new Dictionary<string, string>();
        if (data.TrainingExamples > 0)
            rows["trained on"] = Count(data.TrainingExamples);
        if (data.ValidationExamples > 0)
            rows["evaluated on"] = Count(data.ValidationExamples);
        if (data.Summary is { } summary)
            Add(rows, summary);
        return rows;
    }

    private static void Add(Dictionary<string, string> rows, TrainingSummary summary)
    {
        var data = summary.Data;
        rows["rows used"] = $"{Count(data.Used)} of {Count(data.Rows)}";
        foreach (var (reason, count) in data.Skipped)
            rows[$"left out: {reason}"] = Count(count);
        rows["prompt tokens"] = data.PromptTokens.ToString();
        if (data.CompletionTokens is { } completions)
            rows["completion tokens"] = completions.ToString();
        rows["prompts cut"] = $"{Count(data.Truncated)}, to {Count(data.MaxLength)} tokens with their completion";
        rows["duplicates"] = Count(data.Duplicates);
        rows["contradictions"] = Count(data.Conflicts);
        for (var i = 0; i < data.Confounds.Count; i++)
            rows[$"confound {i + 1}"] = data.Confounds[i].ToString();
        rows["parameters that train"] = string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.TrainableParameters:N0} of {summary.TotalParameters:N0} ({summary.TrainableShare:P2})");
        rows["memory at most, estimated"] = summary.Memory.ToString();
    }

    private static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);
}
