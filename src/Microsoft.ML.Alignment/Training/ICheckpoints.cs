namespace Microsoft.ML.Alignment.Training;

/// <summary>Where a stage is kept while it trains, and when it is finished.</summary>
internal interface ICheckpoints
{
    /// <summary>Gets the stage's folder.</summary>
    string Folder { get; }

    /// <summary>Gets the newest checkpoint; null if there is none.</summary>
    string? Newest { get; }

    /// <summary>Puts the stage back to where it was left: finished, or at its newest checkpoint.</summary>
    /// <param name="tensors">What is loaded.</param>
    /// <returns>What was found; null if there is nothing, and then nothing was changed.</returns>
    /// <exception cref="WorkspaceException">
    /// It is of other options, other data, another model or another way to compute, or damaged.
    /// </exception>
    KeptStage? Restore(TrainedTensors tensors);

    /// <summary>Whether the state is one at which a checkpoint is written.</summary>
    bool IsDue(TrainingState state);

    /// <summary>Writes a checkpoint, unless there is one of this step, and removes those that are too many.</summary>
    /// <returns>Its folder.</returns>
    string Save(TrainingState state, TrainedTensors tensors);

    /// <summary>Stores the stage as finished, with the weights as they are.</summary>
    void Finish(TrainingState state, StageEndReason reason, TrainedTensors tensors);

    /// <summary>Loads the weights of a step whose checkpoint is there.</summary>
    /// <exception cref="WorkspaceException">The checkpoint is damaged.</exception>
    void LoadWeights(int step, TrainedTensors tensors);
}

/// <summary>Where an earlier process left a stage.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Ended">Why it ended; null while it trains.</param>
internal sealed record KeptStage(TrainingState State, StageEndReason? Ended);
