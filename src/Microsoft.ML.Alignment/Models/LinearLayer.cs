using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>The weights of a linear layer, y = x W^T + b; what adapters add is the pass's, not the layer's.</summary>
/// <param name="Path">Module path without <c>.weight</c>.</param>
/// <param name="Weight">Shape <c>[out, in]</c>, or <c>[in, out]</c> where it is transposed, float32.</param>
/// <param name="Bias">Shape <c>[out]</c>, float32; null if there is none.</param>
/// <param name="IsTransposed">Whether the weight is W^T.</param>
internal sealed record LinearLayer(string Path, Parameter Weight, Parameter? Bias, bool IsTransposed = false)
{
    /// <summary>Gets the number of outputs.</summary>
    public long Outputs => Weight.shape[IsTransposed ? 1 : 0];

    /// <summary>Gets the number of inputs.</summary>
    public long Inputs => Weight.shape[IsTransposed ? 0 : 1];

    /// <summary>W, of the weight or of a copy of it. Shape <c>[out, in]</c>.</summary>
    public Tensor Matrix(Tensor weight) => IsTransposed ? weight.t() : weight;

    /// <summary>Adds updates to a weight, in place, and returns it.</summary>
    /// <param name="weight">float32, in the shape of checkpoints.</param>
    /// <param name="updates">The updates.</param>
    /// <param name="isTransposed">Whether that shape is <c>[in, out]</c>.</param>
    public static Tensor Merge(Tensor weight, IReadOnlyList<LowRankUpdate> updates, bool isTransposed)
    {
        using var scope = NewDisposeScope();
        var matrix = isTransposed ? weight.t() : weight;
        foreach (var update in updates)
            matrix.addmm_(update.B, update.A, beta: 1f, alpha: (float)update.Scale);
        return weight;
    }
}
