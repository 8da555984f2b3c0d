using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>The squared error of a critic whose values may not move far in one rollout (as in the code of PPO's authors).</summary>
internal static class ClippedValueLoss
{
    /// <summary>Computes ½ max((V − R)², (clip(V, V_old − ε, V_old + ε) − R)²).</summary>
    /// <param name="values">V, attached to the graph. Shape <c>[M]</c>.</param>
    /// <param name="oldValues">V_old, the critic's values when the completions were sampled, detached. Shape <c>[M]</c>.</param>
    /// <param name="returns">R, detached. Shape <c>[M]</c>.</param>
    /// <param name="range">ε, above 0; null for no clipping.</param>
    /// <returns>The loss of each token, and where the clipped error was the greater, bool. Shapes <c>[M]</c>.</returns>
    public static (Tensor Loss, Tensor IsClipped) Compute(Tensor values, Tensor oldValues, Tensor returns, double? range)
    {
        var errors = values.sub(returns).Squared();
        if (range is not { } epsilon)
            return (errors.Times(0.5), zeros_like(errors, ScalarType.Bool));
        var bounded = values.Lesser(oldValues.Plus(epsilon)).Greater(oldValues.Minus(epsilon)); // to the bit V where it is within
        var clipped = bounded.sub(returns).Squared();
        return (errors.Greater(clipped).Times(0.5), clipped.detach().gt(errors.detach()));
    }
}
