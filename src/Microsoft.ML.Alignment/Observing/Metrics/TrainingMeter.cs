using System.Diagnostics.Metrics;

namespace Microsoft.ML.Alignment.Observing.Metrics;

/// <summary>Training as <see cref="System.Diagnostics.Metrics"/> offers it to <c>dotnet-counters</c> and OpenTelemetry.</summary>
internal static class TrainingMeter
{
    /// <summary>The name to listen to.</summary>
    public const string Name = "Microsoft.ML.Alignment";
    private static readonly Meter Meter = new(Name, typeof(TrainingMeter).Assembly.GetName().Version?.ToString());

    private static readonly Counter<long> Steps = Meter.CreateCounter<long>("alignment.training.steps", "{step}", "Optimizer steps taken.");

    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        "alignment.training.tokens", "{token}", "Tokens of prompts and completions trained on.");

    private static readonly Histogram<double> StepDuration = Meter.CreateHistogram<double>(
        "alignment.training.step.duration", "s", "Time between the ends of two optimizer steps.");

    private static readonly Gauge<double> Metric = Meter.CreateGauge<double>(
        "alignment.training.metric", description: "The newest value of a metric; its name, and training or validation, are tags.");

    /// <summary>Counts a step.</summary>
    public static void Step(string stage, long tokens, TimeSpan duration)
    {
        var tag = StageTag(stage);
        Steps.Add(1, tag);
        Tokens.Add(tokens, tag);
        StepDuration.Record(duration.TotalSeconds, tag);
    }

    /// <summary>Tells the values of a point.</summary>
    public static void Tell(string stage, MetricsPoint point)
    {
        if (!Metric.Enabled)
            return;
        foreach (var (name, value) in point.Values)
            Metric.Record(
                value, StageTag(stage), new("alignment.metric", name),
                new("alignment.split", point.IsEvaluation ? "validation" : "training"));
    }

    private static KeyValuePair<string, object?> StageTag(string stage) => new("alignment.stage", stage);
}
