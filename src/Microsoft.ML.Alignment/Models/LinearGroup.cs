namespace Microsoft.ML.Alignment.Models;

/// <summary>
/// Linear layers that read the same rows, so that one product computes them. Their copy in bfloat16 is one matrix, a layer's outputs behind
/// those of the layer before.
/// </summary>
/// <param name="layers">At least one, all with the same number of inputs.</param>
internal sealed class LinearGroup(params LinearLayer[] layers) : IDisposable
{
    private readonly Lock _gate = new();
    private Tensor? _narrowCopy;
    private IReadOnlyList<LowRankUpdate>[] _foldedUpdates = [];

    /// <summary>Gets the layers.</summary>
    public IReadOnlyList<LinearLayer> Layers => layers;

    /// <summary>Gets the number of outputs of each layer.</summary>
    public long[] Outputs { get; } = [.. layers.Select(layer => layer.Outputs)];

    /// <summary>Gets whether a matrix trains.</summary>
    public bool Trains => Array.Exists(layers, layer => layer.Weight.requires_grad);

    /// <summary>The frozen matrices with frozen updates added, in bfloat16; the caller's alias. Shape <c>[Σ out, in]</c>.</summary>
    /// <param name="updates">Those of each layer.</param>
    /// <remarks>It is made at the first call and kept until a call asks for other updates, as the next stage of a chain does.</remarks>
    public Tensor NarrowCopy(IReadOnlyList<LowRankUpdate>[] updates)
    {
        lock (_gate)
        {
            if (_narrowCopy is null || !IsFolded(updates))
            {
                Dispose();
                (_narrowCopy, _foldedUpdates) = (MakeNarrowCopy(updates), updates);
            }

            return _narrowCopy.alias();
        }
    }

    /// <summary>Frees the copy; the parameters are the network's.</summary>
    public void Dispose()
    {
        if (_narrowCopy is null)
            return;
        GC.RemoveMemoryPressure(_narrowCopy.NumberOfElements * sizeof(short));
        _narrowCopy.Dispose();
        _narrowCopy = null;
    }

    private bool IsFolded(IReadOnlyList<LowRankUpdate>[] updates) =>
        updates.Zip(_foldedUpdates).All(pair => pair.First.SequenceEqual(pair.Second, ReferenceEqualityComparer.Instance));

    private Tensor MakeNarrowCopy(IReadOnlyList<LowRankUpdate>[] updates)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var copy = empty([Outputs.Sum(), layers[0].Inputs], ScalarType.BFloat16, layers[0].Weight.device);
        var first = 0L;
        foreach (var (layer, ofLayer) in layers.Zip(updates))
        {
            using var merging = NewDisposeScope();
            var merged = ofLayer.Count == 0 ? layer.Weight : LinearLayer.Merge(layer.Weight.clone(), ofLayer, layer.IsTransposed);
            copy.narrow(0, first, layer.Outputs).copy_(layer.Matrix(merged));
            first += layer.Outputs;
        }

        GC.AddMemoryPressure(copy.NumberOfElements * sizeof(short));
        return copy.DetachFromDisposeScope();
    }
}
