namespace Microsoft.ML.Alignment.Training;

/// <summary>What surrounds one stage of training.</summary>
/// <param name="Stage">The method, e.g. <c>Dpo</c>, for messages and progress.</param>
/// <param name="Run">Cancellation and progress.</param>
/// <param name="Log">Takes one line at a time.</param>
internal sealed record TrainingContext(string Stage, AlignmentRun Run, Action<string> Log)
{
    /// <summary>Gets what changes with the policy, in this order after each optimizer step.</summary>
    public IReadOnlyList<IStepHook> Hooks { get; init; } = [];
}
