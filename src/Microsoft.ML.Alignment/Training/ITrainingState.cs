namespace Microsoft.ML.Alignment.Training;

/// <summary>Something beside the weights that is part of a training and changes with it, e.g. a reference that follows the policy.</summary>
internal interface ITrainingState
{
    /// <summary>An optimizer step is about to be counted; the default ignores what it gave.</summary>
    /// <param name="summary">What it gave, measured before its update.</param>
    void Gave(StepSummary summary)
    {
    }

    /// <summary>An optimizer step was taken; called before anything else sees the new weights.</summary>
    /// <param name="step">From 1.</param>
    void Stepped(int step);

    /// <summary>Writes down all that the steps to come depend on.</summary>
    void Save(IStateWriter writer);

    /// <summary>Takes back what was written down. Everything was made anew before.</summary>
    void Restore(IStateReader reader);
}

/// <summary>Takes what a state writes down. Names are unique within a state; tensors may have any shape, and another one each time.</summary>
internal interface IStateWriter
{
    /// <summary>Writes a float32 tensor, which is read before the call returns.</summary>
    void WriteTensor(string name, Tensor value);

    /// <summary>Writes anything that becomes JSON.</summary>
    void WriteValue<T>(string name, T value);
}

/// <summary>Gives back what a state wrote down.</summary>
internal interface IStateReader
{
    /// <summary>A tensor, on the host, in the caller's dispose scope.</summary>
    /// <exception cref="InvalidDataException">There is none of this name.</exception>
    Tensor ReadTensor(string name);

    /// <summary>What became JSON.</summary>
    /// <exception cref="InvalidDataException">There is none of this name, or it is of another kind.</exception>
    T ReadValue<T>(string name);
}
