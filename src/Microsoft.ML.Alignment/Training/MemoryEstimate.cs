using System.Globalization;

namespace Microsoft.ML.Alignment;

/// <summary>What the tensors of a stage take at most, in bytes. The runtime and its libraries (about 300 MB) come on top.</summary>
/// <param name="Weights">
/// Float32 weights of the model and, where a copy of all weights trains and is compared with the policy that came in, of that; copies in
/// bfloat16 where that is computed in.
/// </param>
/// <param name="OptimizerState">Gradients and AdamW's two moments: 12 bytes a parameter that trains.</param>
/// <param name="Activations">
/// What a backward pass over the longest micro-batch needs of its forward pass, and what it computes with.
/// </param>
public sealed record MemoryEstimate(long Weights, long OptimizerState, long Activations)
{
    /// <summary>Gets the sum.</summary>
    public long Total => Weights + OptimizerState + Activations;

    /// <summary>The estimate in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Mebibytes(Total)} MiB (weights {Mebibytes(Weights)}, gradients and optimizer {Mebibytes(OptimizerState)}, " +
        $"activations {Mebibytes(Activations)})");

    private static long Mebibytes(long bytes) => (bytes + (1 << 20) - 1) >> 20;
}
