using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>The <c>README.md</c> of a trained model: what hubs read in its front matter, and how it was trained.</summary>
internal static class ModelCard
{
    public const string FileName = "README.md";
    private const string Fence = "---";

    /// <summary>Writes the card.</summary>
    /// <param name="model">A model that was trained by at least one stage.</param>
    public static byte[] Of(LanguageModel model)
    {
        var name = BaseModelName.Of(model);
        var text = new StringBuilder();
        text.AppendLine(Fence).AppendLine("library_name: transformers");
        foreach (var line in LicenceOf(model))
            text.AppendLine(line);
        text.AppendLine(CultureInfo.InvariantCulture, $"base_model: {Quoted(name)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"pipeline_tag: {(model.RewardHead is null ? "text-generation" : "text-classification")}");
        text.AppendLine("tags:").AppendLine("- microsoft-ml-alignment");
        foreach (var method in model.History.Select(stage => stage.Method).Distinct())
            text.AppendLine(CultureInfo.InvariantCulture, $"- {method}");
        text.AppendLine(Fence).AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {name}, aligned").AppendLine();
        AppendStages(text, model.History);
        text.AppendLine("## Manifest").AppendLine().AppendLine("```text").Append(ModelDescription.Of(model)).AppendLine("```");
        return Encoding.UTF8.GetBytes(text.Replace("\r\n", "\n").ToString());
    }

    private static void AppendStages(StringBuilder text, IReadOnlyList<TrainingRecord> stages)
    {
        text.AppendLine("| stage | rows used | left out | steps | metrics at the end |").AppendLine("|---|---|---|---|---|");
        foreach (var stage in stages)
        {
            var metrics = string.Join(", ", stage.Metrics.Select(metric => FormattableString.Invariant($"`{metric.Key}` {metric.Value:G4}")));
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {stage.Method} | {stage.Data.Used} | {stage.Data.Rows - stage.Data.Used} | {stage.Steps} | {metrics} |");
        }

        text.AppendLine();
    }

    /// <summary>The licence as the base's own card names it.</summary>
    private static IEnumerable<string> LicenceOf(LanguageModel model)
    {
        var lines = model.Files.Text(FileName)?.Split('\n').Select(line => line.TrimEnd()).ToArray() ?? [];
        return lines is [Fence, ..]
            ? lines.Skip(1).TakeWhile(line => line != Fence).Where(line => line.StartsWith("license", StringComparison.Ordinal))
            : [];
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
