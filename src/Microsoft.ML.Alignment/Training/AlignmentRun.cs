using Microsoft.Extensions.Logging;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment;

/// <summary>What belongs to a run and not to a model.</summary>
public sealed record AlignmentRun
{
    /// <summary>
    /// Gets who is told of each step of training, and of each row that a stage of feedback has done (<see cref="TrainingProgress.Feedback"/>);
    /// null for nobody. Reports come one at a time: those of training on its thread, those of feedback on any.
    /// </summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>
    /// Gets who is told, before the first step of each stage, what it trains on and how; null for nobody. The log has it too.
    /// </summary>
    public IProgress<TrainingSummary>? Summary { get; init; }

    /// <summary>
    /// Gets what makes the application's log, in which steps, evaluations and health advice stand with their values; null for none.
    /// ML.NET's own log has them too.
    /// </summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Gets the token that stops training; the fit then throws <see cref="TrainingCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>
    /// Gets where models are loaded to and train: <c>cpu</c>, the default; <c>cuda</c>, or <c>cuda:1</c> for the second of several; or
    /// <c>mps</c>. All but <c>cpu</c> need hardware, and a package of TorchSharp that the application adds; the catalog says which. What is
    /// saved does not depend on the device, and a saved pipeline is loaded into the processor's memory.
    /// </summary>
    /// <exception cref="ArgumentException">It is set to something else.</exception>
    public string Device { get; init => field = RunDevice.RequireName(value); } = "cpu";

    /// <summary>
    /// Gets the folder that keeps the run: a folder a stage, in the order in which they are fitted, with checkpoints and the finished
    /// weights. Null, the default, keeps nothing. Without <see cref="Resume"/> it must be absent or empty.
    /// </summary>
    public string? WorkspacePath { get; init => field = value is null ? null : Require.NotEmpty(value); }

    /// <summary>
    /// Gets whether to go on with the run in <see cref="WorkspacePath"/>: finished stages are loaded, a stage that was interrupted goes on
    /// from its newest checkpoint, and the result is that of a run that was never interrupted, bit by bit. A workspace that is absent or
    /// empty begins anew. The default is false.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>Gets after how many optimizer steps a checkpoint is written to the workspace. At least 1; the default is 100.</summary>
    public int CheckpointEverySteps { get; init => field = Require.AtLeast(1, value); } = 100;

    /// <summary>Gets how many checkpoints of a stage are kept, the best one not counted. At least 1; the default is 2.</summary>
    public int KeepLast { get; init => field = Require.AtLeast(1, value); } = 2;

    /// <summary>
    /// Gets prompts that the model answers at each evaluation, so that one sees how its answers change. The default is none.
    /// </summary>
    public IReadOnlyList<string> SamplePrompts { get; init; } = [];

    /// <summary>
    /// Gets how many of the completions that the policy writes for an optimizer step of an on-policy method are kept in the workspace and shown
    /// in its report, with reward and divergence: from the best to the worst of the step. 0 or more; the default is 4. Training does not
    /// depend on it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0.</exception>
    public int SampledRowsPerStep { get; init => field = Require.AtLeast(0, value); } = 4;

    /// <summary>
    /// Gets what else is measured of a policy at each evaluation of its training, for example the win rate that a judge gives it
    /// (<see cref="WinRateEvaluation.EvaluateWinRate"/>): values by name, which stand among the metrics behind <c>eval_</c>. The model is
    /// borrowed for the call and as it is then; the call comes on the training thread and what it throws ends the run. Null, the default,
    /// measures nothing.
    /// </summary>
    public Func<LanguageModel, IReadOnlyDictionary<string, double>>? Measure { get; init; }

    /// <summary>Gets what all copies of the run share.</summary>
    internal OpenedWorkspaces Opened { get; } = new();
}

/// <summary>Where training stands after an optimizer step, or a stage of feedback after a row.</summary>
/// <param name="Stage">The method, e.g. <c>Dpo</c>.</param>
/// <param name="Step">Steps done, or rows, from 1.</param>
/// <param name="TotalSteps">Steps of the stage, or rows.</param>
/// <param name="Loss">Loss of the step; NaN where nothing is trained.</param>
/// <param name="LearningRate">Learning rate the step used; NaN where nothing is trained.</param>
/// <param name="GradientNorm">Gradient norm before clipping; NaN where nothing is trained.</param>
/// <param name="TokensPerSecond">
/// Tokens that were trained on, both sides of a pair, in a second of all that the stage does, since it began or went on.
/// </param>
/// <param name="TimeLeft">Estimate for the rest of the stage.</param>
/// <param name="PeakMemoryBytes">Most memory the process held so far.</param>
/// <param name="Metrics">By TRL's names.</param>
public sealed record TrainingProgress(
    string Stage, int Step, int TotalSteps, double Loss, double LearningRate, double GradientNorm,
    double TokensPerSecond, TimeSpan TimeLeft, long PeakMemoryBytes, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Gets the tokens of the step: prompts and completions, both sides of a pair, and what is imitated beside.</summary>
    public int Tokens { get; init; }

    /// <summary>Gets where a stage of feedback stands; null for a stage that trains.</summary>
    public FeedbackProgress? Feedback { get; init; }

    /// <summary>
    /// Gets the tokens that were trained on in a second of optimizer steps, since the stage began or went on: their passes and updates, without
    /// sampling, rewards, evaluations and checkpoints.
    /// </summary>
    public double TrainedTokensPerSecond { get; init; }

    /// <summary>
    /// Gets the tokens that the policy wrote in a second of sampling, since the stage began or went on; null for a method that does not learn
    /// from what the policy writes.
    /// </summary>
    public double? SampledTokensPerSecond { get; init; }
}
