using System.Globalization;

namespace Microsoft.ML.Alignment.Training;

/// <summary>Tells the log and <see cref="AlignmentRun.Progress"/> how a stage goes.</summary>
internal sealed class RunLog(TrainingContext context) : ITrainingObserver
{
    private const int StepsPerLine = 10;

    /// <inheritdoc/>
    public void Started(StageStart stage) => context.Log($"{stage.Stage}: {stage.TotalSteps} steps; {stage.Training}");

    /// <inheritdoc/>
    public void Stepped(TrainingProgress progress)
    {
        if (progress.Step == 1 || progress.Step == progress.TotalSteps || progress.Step % StepsPerLine == 0)
            context.Log(Line(progress));
        context.Run.Progress?.Report(progress);
    }

    /// <inheritdoc/>
    public void Evaluated(StageEvaluation evaluation)
    {
        if (evaluation.Metrics.Count > 0)
            context.Log(
                $"{context.Stage} after step {evaluation.Step}: {Values(evaluation.Metrics)}{(evaluation.IsBest ? ", the best so far" : "")}");
    }

    /// <inheritdoc/>
    public void Ended(StageEnd end)
    {
        if (end.Reason == StageEndReason.StoppedEarly)
            context.Log($"{context.Stage} stopped after step {end.Step}: eval_loss no longer falls.");
    }

    private static string Line(TrainingProgress progress) => string.Create(CultureInfo.InvariantCulture,
        $"{progress.Stage} step {progress.Step}/{progress.TotalSteps}: loss {progress.Loss:F4}, grad_norm {progress.GradientNorm:G4}, " +
        $"learning_rate {progress.LearningRate:G3}{(progress.Metrics.Count > 0 ? ", " : "")}{Values(progress.Metrics.Where(NotOfTheClock))}, " +
        $"{progress.TokensPerSecond:F0} tokens/s{Apart(progress)}, {(int)progress.TimeLeft.TotalHours}:{progress.TimeLeft:mm\\:ss} left, " +
        $"peak {progress.PeakMemoryBytes >> 20} MiB");

    private static string Apart(TrainingProgress progress) => progress.SampledTokensPerSecond is { } sampled
        ? string.Create(CultureInfo.InvariantCulture, $" (sampling {sampled:F0}, training {progress.TrainedTokensPerSecond:F0})")
        : "";

    private static bool NotOfTheClock(KeyValuePair<string, double> metric) => !MetricNames.OfTheClock.Contains(metric.Key);

    private static string Values(IEnumerable<KeyValuePair<string, double>> metrics) =>
        string.Join(", ", metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:G4}")));
}
