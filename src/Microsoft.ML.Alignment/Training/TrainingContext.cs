using System.Text.Json;

namespace Microsoft.ML.Alignment.Training;

/// <summary>What surrounds one stage of training.</summary>
/// <param name="Stage">The method, e.g. <c>Dpo</c>, for messages and progress.</param>
/// <param name="Run">Cancellation and progress.</param>
/// <param name="Log">Takes one line at a time.</param>
internal sealed record TrainingContext(string Stage, AlignmentRun Run, Action<string> Log)
{
    /// <summary>Gets who watches, beside the log and <see cref="AlignmentRun.Progress"/>.</summary>
    public IReadOnlyList<ITrainingObserver> Observers { get; init; } = [];

    /// <summary>Gets what changes with the policy, in this order after each optimizer step.</summary>
    public IReadOnlyList<ITrainingState> States { get; init; } = [];

    /// <summary>Gets where the stage is kept; null without a workspace.</summary>
    public ICheckpoints? Checkpoints { get; init; }

    /// <summary>
    /// Gets what answers the fixed prompts at each evaluation, without drawing from torch's own generator; null where there are none.
    /// </summary>
    public Func<CancellationToken, IReadOnlyList<SampleAnswer>>? AnswerSamples { get; init; }

    /// <summary>Gets what tells of the completions that the policy writes to learn from; null where it writes none.</summary>
    public ISampledSteps? Sampled { get; init; }

    /// <summary>Gets what else is measured at each evaluation; null where nothing is.</summary>
    public Func<IReadOnlyDictionary<string, double>>? Measure { get; init; }

    /// <summary>Gets the place of the stage among those that the run fits, from 1.</summary>
    public int StageIndex { get; init; } = 1;

    /// <summary>Gets the method's own options as they are saved.</summary>
    public JsonElement? Options { get; init; }

    /// <summary>Gets what it trains on, in numbers.</summary>
    public StageData Data { get; init; }
}
