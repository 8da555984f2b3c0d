using System.Diagnostics;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Training;

/// <summary>Measures how fast a stage goes.</summary>
/// <param name="stage">The method.</param>
/// <param name="firstStep">Steps done when the clock starts.</param>
/// <param name="totalSteps">Steps of the stage.</param>
internal sealed class StepMeter(string stage, int firstStep, int totalSteps)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _tokens;

    /// <summary>Where training stands after a step.</summary>
    /// <param name="step">Steps done, from 1.</param>
    /// <param name="learningRate">The rate that the step used.</param>
    /// <param name="stepTokens">Tokens that it trained on.</param>
    /// <param name="summary">What it gave.</param>
    public TrainingProgress Measure(int step, double learningRate, int stepTokens, StepSummary summary)
    {
        _tokens += stepTokens;
        var elapsed = _watch.Elapsed;
        return new(
            stage, step, totalSteps, summary.Loss, learningRate, summary.GradientNorm, _tokens / elapsed.TotalSeconds,
            elapsed / (step - firstStep) * (totalSteps - step), ProcessMemory.Peak, summary.Metrics) { Tokens = stepTokens };
    }
}
