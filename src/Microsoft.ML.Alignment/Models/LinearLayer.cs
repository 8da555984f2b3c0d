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

    /// <summary>Gets the module path.</summary>
    public string Path => path;

    /// <summary>Gets the matrix. Shape <c>[out, in]</c>.</summary>
    public Parameter Weight => weight;

    /// <summary>Gets the bias; null if there is none. Shape <c>[out]</c>.</summary>
    public Parameter? Bias => bias;

    /// <summary>The frozen matrix in bfloat16, made at the first call and kept; the layer's. Shape <c>[out, in]</c>.</summary>
    public Tensor NarrowCopy()
    {
        lock (gate)
            return narrowCopy ??= MakeNarrowCopy();
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

    private Tensor MakeNarrowCopy()
    {
        using var noGrad = no_grad();
        var copy = weight.to_type(ScalarType.BFloat16).DetachFromDisposeScope();
        GC.AddMemoryPressure(copy.NumberOfElements * sizeof(short));
        return copy;
    }
}
