namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// What a <see cref="KernelFunction{TSelf}"/> keeps from its forward to its backward pass, freed as soon as backward is done.
/// </summary>
/// <remarks>TorchSharp's own saved variables live until the whole graph dies; these are aliases with an owner of their own.</remarks>
internal sealed class SavedForBackward
{
    private Tensor[]? _tensors;
    private bool[] _needsGradient = [];

    /// <summary>Gets or sets what is kept besides tensors.</summary>
    public object? State { get; set; }

    /// <summary>Gets a tensor, in the order in which they were kept.</summary>
    /// <exception cref="InvalidOperationException">Backward ran before: a graph is good for one pass.</exception>
    public Tensor this[int index] => _tensors is null
        ? throw new InvalidOperationException("The tensors were freed by an earlier backward pass through the same graph.")
        : _tensors[index];

    /// <summary>Keeps tensors; once in a forward pass.</summary>
    public void Keep(params Tensor[] kept)
    {
        _needsGradient = [.. kept.Select(tensor => tensor.requires_grad)];
        _tensors = [.. kept.Select(tensor => tensor.detach().DetachFromDisposeScope())];
    }

    /// <summary>Whether the kept tensor required a gradient.</summary>
    public bool NeedsGradient(int index) => _needsGradient[index];

    /// <summary>Frees the tensors.</summary>
    public void Release()
    {
        foreach (var tensor in _tensors ?? [])
            tensor.Dispose();
        _tensors = null;
    }
}
