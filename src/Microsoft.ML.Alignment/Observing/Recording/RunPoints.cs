using Microsoft.ML.Alignment.Observing.Health;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Recording;

/// <summary>Makes points of a history from what the loop reports.</summary>
internal static class RunPoints
{
    /// <summary>A training step.</summary>
    /// <param name="progress">What the loop reports.</param>
    /// <param name="tokens">Tokens since the stage began.</param>
    public static MetricsPoint Of(TrainingProgress progress, long tokens)
    {
        var values = new Dictionary<string, double>
        {
            [MetricNames.Loss] = progress.Loss,
            [MetricNames.GradientNorm] = progress.GradientNorm,
            [MetricNames.LearningRate] = progress.LearningRate,
            [MetricNames.TokensSeen] = tokens,
        };
        foreach (var (name, value) in progress.Metrics)
            values[name] = value;
        return new(progress.Step, IsEvaluation: false, values);
    }

    /// <summary>An evaluation: its metrics, and what its answers say.</summary>
    public static MetricsPoint Of(StageEvaluation evaluation)
    {
        var values = evaluation.Metrics.ToDictionary(
            metric => metric.Key.StartsWith(ValidationMetrics.Prefix, StringComparison.Ordinal)
                ? metric.Key[ValidationMetrics.Prefix.Length..]
                : metric.Key,
            metric => metric.Value);
        if (evaluation.Answers is { Count: > 0 } answers)
        {
            values[MetricNames.CompletionLength] = answers.Average(answer => answer.Tokens);
            values[MetricNames.ClippedRatio] = answers.Count(answer => !answer.Ended) / (double)answers.Count;
        }

        return new(evaluation.Step, IsEvaluation: true, values);
    }

    /// <summary>A point with the numbers that triggered health rules.</summary>
    public static MetricsPoint WithHealth(MetricsPoint point, IReadOnlyList<HealthAdvice> advice) => advice.Count == 0
        ? point
        : point with
        {
            Values = point.Values
                .Concat(advice.Select(a => KeyValuePair.Create(MetricNames.HealthPrefix + a.Name, a.Value))).ToDictionary(),
        };

    /// <summary>Why a stage ended, in words.</summary>
    public static string Words(StageEndReason reason) => reason switch
    {
        StageEndReason.Completed => "completed",
        StageEndReason.StoppedEarly => "stopped early",
        StageEndReason.Restored => "completed by an earlier process",
        StageEndReason.Canceled => "canceled",
        StageEndReason.Diverged => "diverged",
        _ => "failed",
    };
}
