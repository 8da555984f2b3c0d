namespace Microsoft.ML.Alignment.Losses;

/// <summary>What a policy gradient gives for each token.</summary>
/// <param name="Loss">Attached to the graph. Shape <c>[M]</c>.</param>
/// <param name="Ratios">π/π_old, detached. Shape <c>[M]</c>.</param>
/// <param name="IsClippedLow">Where a ratio below the range was clipped, so that the token has no gradient, bool. Shape <c>[M]</c>.</param>
/// <param name="IsClippedHigh">Where one above the range was, bool. Shape <c>[M]</c>.</param>
internal readonly record struct PolicyLossTokens(Tensor Loss, Tensor Ratios, Tensor IsClippedLow, Tensor IsClippedHigh);
