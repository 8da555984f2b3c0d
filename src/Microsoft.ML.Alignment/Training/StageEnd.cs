namespace Microsoft.ML.Alignment.Training;

/// <summary>Why a stage ended.</summary>
internal enum StageEndReason
{
    /// <summary>All steps were taken.</summary>
    Completed,
    /// <summary>The validation loss stopped improving.</summary>
    StoppedEarly,
    /// <summary>An earlier process finished it; its weights were loaded.</summary>
    Restored,
    /// <summary>The run was canceled.</summary>
    Canceled,
    /// <summary>A loss or gradient was not finite.</summary>
    Diverged,
    /// <summary>Something else went wrong.</summary>
    Failed,
}

/// <summary>The end of a stage.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Step">Optimizer steps done.</param>
internal readonly record struct StageEnd(StageEndReason Reason, int Step)
{
    /// <summary>Gets the step whose weights the stage has in the end: the best one, where that was asked for, else the last.</summary>
    public int WeightsOfStep { get; init; } = Step;

    /// <summary>Gets what was measured last of those weights, by TRL's names.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
}
