namespace Microsoft.ML.Alignment;

/// <summary>What belongs to a run and not to a model.</summary>
public sealed record AlignmentRun
{
    /// <summary>Gets who is told of each step; null for nobody. Reports come on the training thread.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>
    /// Gets who is told, before the first step of each stage, what it trains on and how; null for nobody. The log has it too.
    /// </summary>
    public IProgress<TrainingSummary>? Summary { get; init; }

    /// <summary>Gets the token that stops training; the fit then throws <see cref="TrainingCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }
}

/// <summary>Where training stands after an optimizer step.</summary>
/// <param name="Stage">The method, e.g. <c>Dpo</c>.</param>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="TotalSteps">Steps of the stage.</param>
/// <param name="Loss">Loss of the step.</param>
/// <param name="LearningRate">Learning rate the step used.</param>
/// <param name="GradientNorm">Gradient norm before clipping.</param>
/// <param name="TokensPerSecond">Tokens of prompts and completions, both sides of a pair, since the stage began, a second.</param>
/// <param name="TimeLeft">Estimate for the rest of the stage.</param>
/// <param name="PeakMemoryBytes">Most memory the process held so far.</param>
/// <param name="Metrics">By TRL's names.</param>
public sealed record TrainingProgress(
    string Stage, int Step, int TotalSteps, double Loss, double LearningRate, double GradientNorm,
    double TokensPerSecond, TimeSpan TimeLeft, long PeakMemoryBytes, IReadOnlyDictionary<string, double> Metrics);
