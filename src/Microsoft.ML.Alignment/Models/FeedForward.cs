using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Models;

/// <summary>What a feed-forward block does between its projections.</summary>
internal static class FeedForward
{
    /// <summary>Puts the function on gates and multiplies, or on what goes in where there are no gates. Shapes <c>[N, F]</c>.</summary>
    /// <param name="read">Gates and what they multiply in two tensors, or in one, in this order; or, without gates, all.</param>
    /// <param name="activation">The function.</param>
    /// <param name="isGated">Whether there are gates.</param>
    public static Tensor Apply(Tensor[] read, Activation activation, bool isGated)
    {
        if (!isGated)
            return Activate(read[0], activation);
        var parts = read.Length == 1 ? read[0].chunk(2, -1) : read;
        return activation == Activation.Silu ? SwiGlu.Apply(parts[0], parts[1]) : Activate(parts[0], activation).mul(parts[1]);
    }

    private static Tensor Activate(Tensor x, Activation activation) => activation switch
    {
        Activation.Silu => nn.functional.silu(x),
        _ => nn.functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh),
    };
}
