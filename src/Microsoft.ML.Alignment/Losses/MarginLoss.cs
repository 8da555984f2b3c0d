using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Losses that methods put on the margin between a better and a worse completion's reward.</summary>
internal static class MarginLoss
{
    /// <summary>
    /// Computes −(1 − ε)·log σ(m) − ε·log σ(−m): DPO's loss of a margin, where a share ε of the pairs is thought to be
    /// labelled wrongly.
    /// </summary>
    /// <param name="margin">m. Shape <c>[B]</c>.</param>
    /// <param name="labelSmoothing">ε, in [0, 0.5).</param>
    /// <returns>Shape <c>[B]</c>.</returns>
    public static Tensor Sigmoid(Tensor margin, double labelSmoothing)
    {
        var loss = -margin.LogSigmoid();
        return labelSmoothing > 0 ? loss.Times(1 - labelSmoothing) - (-margin).LogSigmoid().Times(labelSmoothing) : loss;
    }

    /// <summary>
    /// Computes max(0, 1 − m), as in SLiC (Zhao et al., 2023, arXiv:2305.10425): pairs that are a margin of 1 apart rest.
    /// </summary>
    /// <param name="margin">m. Shape <c>[B]</c>.</param>
    /// <returns>Shape <c>[B]</c>.</returns>
    public static Tensor Hinge(Tensor margin) => margin.neg().Plus(1).relu();
}
