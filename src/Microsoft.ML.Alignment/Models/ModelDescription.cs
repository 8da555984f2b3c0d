using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Models;

/// <summary>What is known of a model, as text for people.</summary>
internal static class ModelDescription
{
    /// <summary>The model, then each stage that trained it, first trained first.</summary>
    public static string Of(LanguageModel model)
    {
        var text = new StringBuilder();
        var parameters = model.BaseWeights.Sum(weight => BlockQuantization.ElementsOf(weight.Shape));
        text.Append(CultureInfo.InvariantCulture, $"{NameOf(model)} ({model.Config.ModelType}, {parameters} parameters");
        text.Append(model.RewardHead is null ? ")" : ", reward model)");
        foreach (var adapter in model.AdapterNames)
            text.Append(CultureInfo.InvariantCulture, $" + {adapter}");
        text.AppendLine();
        foreach (var stage in model.History)
            AppendStage(text, stage);
        return text.ToString();
    }

    /// <summary>The name of the file or folder that the base came from.</summary>
    public static string NameOf(LanguageModel model) => Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Source));

    private static void AppendStage(StringBuilder text, TrainingRecord stage)
    {
        var (data, environment) = (stage.Data, stage.Environment);
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{stage.Method}: {stage.Steps} steps on {data.Used} of {data.Rows} rows");
        foreach (var (reason, count) in data.Skipped.OrderBy(skipped => skipped.Key, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"  left out      {count} × {reason}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  metrics       {string.Join(", ", stage.Metrics.Select(Figure))}");
        AppendOptions(text, "options", stage.Options);
        AppendOptions(text, "as resolved", stage.Training);
        text.AppendLine(CultureInfo.InvariantCulture, $"  data          sha256 {data.Hash}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  began from    sha256 {stage.BaseHash}");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"  computed by   Microsoft.ML.Alignment {environment.Library}, TorchSharp {environment.TorchSharp}, ML.NET {environment.MLNet}, " +
            $"{environment.Runtime}; matrix kernel {environment.MatrixKernel}, {environment.Threads} threads");
        if (stage.Cost is { } cost)
            text.AppendLine(CultureInfo.InvariantCulture, $"  took          {cost.Seconds:F1} s, {cost.PeakMemoryBytes >> 20} MiB at most");
    }

    private static void AppendOptions(StringBuilder text, string label, JsonElement? options)
    {
        if (options is { } given)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {label,-13} {string.Join(", ", Flat("", given))}");
    }

    private static IEnumerable<string> Flat(string path, JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject().SelectMany(member => Flat(path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value))
        : [$"{path} {value}"];

    private static string Figure(KeyValuePair<string, double> metric) =>
        string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:G4}");
}
