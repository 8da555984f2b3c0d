using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Metrics;

/// <summary>
/// The history of a stage as JSON Lines: an object a step and an evaluation, keys in TRL's spelling, <c>eval_</c> before those of an
/// evaluation. It holds nothing of the clock, so that equal runs write equal files.
/// </summary>
internal sealed class MetricsFile : IDisposable
{
    private const string FileName = "metrics.jsonl";

    private readonly StepLines _lines;

    private MetricsFile(StepLines lines) => _lines = lines;

    /// <summary>Opens the file of a stage to go on behind a step.</summary>
    /// <inheritdoc cref="StepLines.Open"/>
    /// <param name="folder">The folder of the stage.</param>
    /// <param name="afterStep">The step of the checkpoint that training goes on from; null begins anew.</param>
    public static MetricsFile Open(string folder, int? afterStep) => new(StepLines.Open(Path.Combine(folder, FileName), afterStep));

    /// <summary>The points of a stage so far.</summary>
    /// <exception cref="InvalidDataException">A line is damaged.</exception>
    public static IReadOnlyList<MetricsPoint> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return FileErrors.Place<IReadOnlyList<MetricsPoint>>(path, () => [.. StepLines.Read(path).Select(Parse)]);
    }

    public void Append(MetricsPoint point)
    {
        var line = new JsonObject { [StepLines.Step] = point.Step };
        foreach (var (name, value) in point.Values.Where(value => !MetricNames.OfTheClock.Contains(value.Key)))
            line[point.IsEvaluation ? ValidationMetrics.Prefix + name : name] = double.IsFinite(value) ? value : null;
        _lines.Append(line);
    }

    public void Dispose() => _lines.Dispose();

    private static MetricsPoint Parse(JsonObject line)
    {
        var members = line.Where(member => member.Key != StepLines.Step).ToArray();
        var isEvaluation = members.Length > 0 && members.All(member => member.Key.StartsWith(ValidationMetrics.Prefix, StringComparison.Ordinal));
        return new(line[StepLines.Step]!.GetValue<int>(), isEvaluation, members.ToDictionary(
            member => isEvaluation ? member.Key[ValidationMetrics.Prefix.Length..] : member.Key,
            member => member.Value?.GetValue<double>() ?? double.NaN));
    }
}
