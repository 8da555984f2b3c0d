namespace Microsoft.ML.Alignment.Training;

/// <summary>Something that changes with the policy and is part of the training, e.g. a reference that follows it.</summary>
internal interface IStepHook
{
    /// <summary>Gets what a checkpoint must keep beside the weights, by name: copied from to save, copied into to restore.</summary>
    IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>An optimizer step was taken; called before anything else sees the new weights.</summary>
    /// <param name="step">From 1.</param>
    void Stepped(int step);
}
