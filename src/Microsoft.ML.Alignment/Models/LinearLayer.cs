using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>The weights of a linear layer, y = x W^T + b; what adapters add is the pass's, not the layer's.</summary>
/// <param name="path">Module path without <c>.weight</c>.</param>
/// <param name="weight">Shape <c>[out, in]</c>, float32.</param>
/// <param name="bias">Shape <c>[out]</c>, float32; null if there is none.</param>
internal sealed class LinearLayer(string path, Parameter weight, Parameter? bias) : IDisposable
{
    private readonly Lock gate = new();
    private Tensor? narrowCopy;
    private IReadOnlyList<LowRankUpdate> foldedUpdates = [];

    /// <summary>Gets the module path.</summary>
    public string Path => path;

    /// <summary>Gets the matrix. Shape <c>[out, in]</c>.</summary>
    public Parameter Weight => weight;

    /// <summary>Gets the bias; null if there is none. Shape <c>[out]</c>.</summary>
    public Parameter? Bias => bias;

    /// <summary>The frozen matrix with frozen updates added, in bfloat16; the caller's alias. Shape <c>[out, in]</c>.</summary>
    /// <remarks>It is made at the first call and kept until a call asks for other updates, as the next stage of a chain does.</remarks>
    public Tensor NarrowCopy(IReadOnlyList<LowRankUpdate> updates)
    {
        lock (gate)
        {
            if (narrowCopy is null || !updates.SequenceEqual(foldedUpdates, ReferenceEqualityComparer.Instance))
            {
                Dispose();
                (narrowCopy, foldedUpdates) = (MakeNarrowCopy(updates), updates);
            }

            return narrowCopy.alias();
        }
    }

    /// <summary>Adds updates to a matrix, in place, and returns it. float32, shape <c>[out, in]</c>.</summary>
    public static Tensor Merge(Tensor matrix, IReadOnlyList<LowRankUpdate> updates)
    {
        foreach (var update in updates)
            matrix.addmm_(update.B, update.A, beta: 1f, alpha: (float)update.Scale);
        return matrix;
    }

    /// <summary>Frees the copy; the parameters are the network's.</summary>
    public void Dispose()
    {
        if (narrowCopy is null)
            return;
        GC.RemoveMemoryPressure(narrowCopy.NumberOfElements * sizeof(short));
        narrowCopy.Dispose();
        narrowCopy = null;
    }

    private Tensor MakeNarrowCopy(IReadOnlyList<LowRankUpdate> updates)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var merged = updates.Count == 0 ? weight : Merge(weight.clone(), updates);
        var copy = merged.to_type(ScalarType.BFloat16).DetachFromDisposeScope();
        GC.AddMemoryPressure(copy.NumberOfElements * sizeof(short));
        return copy;
    }
}
