using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Training;

/// <summary>Tells the log and <see cref="AlignmentRun.Progress"/> of each step.</summary>
internal sealed class ProgressReporter(TrainingContext context, int totalSteps)
{
    private const int StepsPerLogLine = 10;

    private readonly Stopwatch watch = Stopwatch.StartNew();
    private long tokens;

    /// <summary>Reports a step.</summary>
    /// <param name="step">From 1.</param>
    /// <param name="learningRate">The rate that the step used.</param>
    /// <param name="stepTokens">Tokens that it trained on.</param>
    /// <param name="summary">What it gave.</param>
    public void Report(int step, double learningRate, int stepTokens, StepSummary summary)
    {
        tokens += stepTokens;
        var elapsed = watch.Elapsed;
        var progress = new TrainingProgress(
            context.Stage, step, totalSteps, summary.Loss, learningRate, summary.GradientNorm, tokens / elapsed.TotalSeconds,
            elapsed / step * (totalSteps - step), ProcessMemory.Peak, summary.Metrics);
        if (step == 1 || step == totalSteps || step % StepsPerLogLine == 0)
            context.Log(Line(progress));
        context.Run.Progress?.Report(progress);
    }

    private static string Line(TrainingProgress progress) => string.Create(CultureInfo.InvariantCulture,
        $"{progress.Stage} step {progress.Step}/{progress.TotalSteps}: loss {progress.Loss:F4}, grad_norm {progress.GradientNorm:G4}, " +
        $"learning_rate {progress.LearningRate:G3}{string.Concat(progress.Metrics.Select(metric => $", {metric.Key} {metric.Value:G4}"))}, " +
        $"{progress.TokensPerSecond:F0} tokens/s, {(int)progress.TimeLeft.TotalHours}:{progress.TimeLeft:mm\\:ss} left, " +
        $"peak {progress.PeakMemoryBytes >> 20} MiB");
}
