namespace Microsoft.ML.Alignment.Training;

/// <summary>Keeps the weights of the best evaluation: in the workspace, or where there is none, in memory.</summary>
internal sealed class BestWeights(TrainedTensors tensors, ICheckpoints? checkpoints) : IDisposable
{
    private readonly Dictionary<string, Tensor> _copies = [];

    /// <summary>Keeps the weights as they are.</summary>
    /// <param name="state">Where the stage stands.</param>
    public void Keep(TrainingState state)
    {
        if (checkpoints is not null)
            checkpoints.Save(state, tensors);
        else
            Copy();
    }

    /// <summary>Puts the kept weights back.</summary>
    /// <param name="state">Where the stage stands.</param>
    public void PutBack(TrainingState state)
    {
        using var noGrad = no_grad();
        if (checkpoints is not null)
            checkpoints.LoadWeights(state.BestStep, tensors);
        else
            foreach (var (name, copy) in _copies)
                tensors.Weights[name].copy_(copy);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var copy in _copies.Values)
            copy.Dispose();
    }

    private void Copy()
    {
        using var noGrad = no_grad();
        foreach (var (name, weight) in tensors.Weights)
            if (_copies.TryGetValue(name, out var copy))
                copy.copy_(weight);
            else
                _copies[name] = weight.detach().clone().DetachFromDisposeScope();
    }
}
