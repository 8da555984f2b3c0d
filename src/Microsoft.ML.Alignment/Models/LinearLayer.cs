using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>The weights of a linear layer, y = x W^T + b; what adapters add is the pass's, not the layer's.</summary>
/// <param name="Path">Module path without <c>.weight</c>.</param>
/// <param name="Weight">Shape <c>[out, in]</c>, float32.</param>
/// <param name="Bias">Shape <c>[out]</c>, float32; null if there is none.</param>
internal sealed record LinearLayer(string Path, Parameter Weight, Parameter? Bias)
{
    /// <summary>Gets the number of outputs.</summary>
    public long Outputs => Weight.shape[0];

    /// <summary>Adds updates to a matrix, in place, and returns it. float32, shape <c>[out, in]</c>.</summary>
    public static Tensor Merge(Tensor matrix, IReadOnlyList<LowRankUpdate> updates)
    {
        foreach (var update in updates)
            matrix.addmm_(update.B, update.A, beta: 1f, alpha: (float)update.Scale);
        return matrix;
    }
}
