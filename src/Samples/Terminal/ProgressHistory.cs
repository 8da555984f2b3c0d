using Microsoft.ML.Alignment;

namespace Samples.Terminal;

/// <summary>Shows how training goes and remembers what it measured, so that a sample can draw it.</summary>
internal sealed class ProgressHistory : IProgress<TrainingProgress>
{
    private readonly ProgressLine _line = new();
    private readonly List<TrainingProgress> _steps = [];

    public void Report(TrainingProgress value)
    {
        _steps.Add(value);
        _line.Report(value);
    }

    /// <summary>Takes what a metric was in each step of a stage since it was last forgotten.</summary>
    /// <returns>Steps and values; none where the stage does not report it.</returns>
    public IReadOnlyList<(int Step, double Value)> Of(string stage, string metric) =>
        [.. _steps.Where(step => step.Stage == stage && step.Metrics.ContainsKey(metric)).Select(step => (step.Step, step.Metrics[metric]))];

    /// <summary>Forgets everything.</summary>
    public void Clear() => _steps.Clear();
}
