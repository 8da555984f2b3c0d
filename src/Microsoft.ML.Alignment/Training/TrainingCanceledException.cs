namespace Microsoft.ML.Alignment;

/// <summary>
/// Training that was canceled through <see cref="AlignmentRun.CancellationToken"/>, between two rows that it read or two optimizer steps.
/// </summary>
public sealed class TrainingCanceledException : OperationCanceledException
{
    internal TrainingCanceledException(string stage, int stepsDone, int totalSteps, string? checkpointPath, CancellationToken token)
        : base($"{stage} was canceled after {stepsDone} of {totalSteps} steps.{Advice(checkpointPath)}", token) =>
        (Stage, StepsDone, CheckpointPath) = (stage, stepsDone, checkpointPath);

    internal TrainingCanceledException(string stage, OperationCanceledException whileReading)
        : base($"{stage} was canceled while it read its data.", whileReading, whileReading.CancellationToken) => Stage = stage;

    /// <summary>Gets the method that trained, e.g. <c>Dpo</c>.</summary>
    public string Stage { get; }

    /// <summary>Gets the optimizer steps that were taken.</summary>
    public int StepsDone { get; }

    /// <summary>Gets the folder of the checkpoint that was written; null without a workspace, and before the first step.</summary>
    public string? CheckpointPath { get; }

    private static string Advice(string? checkpointPath) =>
        checkpointPath is null ? "" : $" It can go on from '{checkpointPath}': set {nameof(AlignmentRun.Resume)} and fit again.";
}
