using System.Diagnostics;
using Microsoft.ML.Alignment.Native;

namespace Microsoft.ML.Alignment.Training;

/// <summary>Measures how fast a stage goes.</summary>
/// <param name="stage">The method.</param>
/// <param name="firstStep">Steps done when the clock starts.</param>
/// <param name="totalSteps">Steps of the stage.</param>
/// <param name="sampled">Tells of the completions that the policy writes to learn from; null where it writes none.</param>
internal sealed class StepMeter(string stage, int firstStep, int totalSteps, ISampledSteps? sampled)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _tokens;
    private TimeSpan _training;

    /// <summary>Where training stands after a step.</summary>
    /// <param name="step">Steps done, from 1.</param>
    /// <param name="learningRate">The rate that the step used.</param>
    /// <param name="cost">What it took.</param>
    /// <param name="summary">What it gave.</param>
    public TrainingProgress Measure(int step, double learningRate, StepCost cost, StepSummary summary)
    {
        _tokens += cost.Tokens;
        _training += cost.Duration;
        var elapsed = _watch.Elapsed;
        var (trained, written) = (Rate(_tokens, _training), sampled is null ? (double?)null : Rate(sampled.SampledTokens, sampled.SamplingTime));
        return new(
            stage, step, totalSteps, summary.Loss, learningRate, summary.GradientNorm, _tokens / elapsed.TotalSeconds,
            elapsed / (step - firstStep) * (totalSteps - step), ProcessMemory.Peak,
            written is { } rate
                ? summary.With([new(MetricNames.SamplingRate, rate), new(MetricNames.TrainingRate, trained)]).Metrics
                : summary.Metrics)
        {
            Tokens = cost.Tokens,
            TrainedTokensPerSecond = trained,
            SampledTokensPerSecond = written,
        };
    }

    private static double Rate(long tokens, TimeSpan time) => time > TimeSpan.Zero ? tokens / time.TotalSeconds : 0;
}

/// <summary>What an optimizer step took.</summary>
/// <param name="Tokens">Tokens that it trained on.</param>
/// <param name="Duration">Time of its passes and of the optimizer.</param>
internal readonly record struct StepCost(int Tokens, TimeSpan Duration);
