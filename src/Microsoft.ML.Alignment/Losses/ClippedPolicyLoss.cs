using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>Bounds of probability ratios.</summary>
/// <param name="Low">The least ratio that a gradient goes down to.</param>
/// <param name="High">The greatest ratio that a gradient goes up to.</param>
/// <param name="Max">The greatest ratio of tokens of negative advantage; null for none.</param>
internal readonly record struct RatioBounds(double Low, double High, double? Max = null);

/// <summary>The clipped surrogate of proximal policy optimization (Schulman et al., 2017, arXiv:1707.06347, eq. 7).</summary>
internal static class ClippedPolicyLoss
{
    /// <summary>
    /// Computes −min(ρA, clip(ρ, low, high) A). With a greatest ratio, ρ is cut to it first, which is a change only where A is negative
    /// (Ye et al., 2020, arXiv:1912.09729, eq. 5).
    /// </summary>
    /// <param name="logRatios">log ρ, attached to the graph. Shape <c>[M]</c>.</param>
    /// <param name="advantages">A, detached. Shape <c>[M]</c>.</param>
    /// <param name="bounds">The bounds.</param>
    public static PolicyLossTokens Compute(Tensor logRatios, Tensor advantages, RatioBounds bounds)
    {
        var ratios = logRatios.exp();
        var bounded = bounds.Max is { } most ? ratios.NotAbove(most) : ratios;
        var loss = bounded.mul(advantages).Lesser(ratios.NotBelow(bounds.Low).NotAbove(bounds.High).mul(advantages)).neg();
        var detached = ratios.detach();
        return new(
            loss, detached,
            detached.IsBelow(bounds.Low).bitwise_and(advantages.IsBelow(0)),
            detached.IsAbove(bounds.High).bitwise_and(advantages.IsAbove(0)));
    }
}
