namespace Microsoft.ML.Alignment.Losses;

/// <summary>What a <see cref="PairLoss"/> is computed from.</summary>
/// <param name="Policy">Attached to the graph.</param>
/// <param name="Reference">Constants.</param>
/// <param name="Beta">Strength of the pull towards the reference, β; above 0.</param>
internal readonly record struct PairEvidence(PairLogProbs Policy, PairLogProbs Reference, double Beta)
{
    /// <summary>Gets Δ = log π/π_ref of each side, in nats. Shapes <c>[B]</c>.</summary>
    public Pair Ratios => Policy.Sum - Reference.Sum;

    /// <summary>Gets the numbers of completion tokens. Shapes <c>[B]</c>.</summary>
    public Pair TokenCount => Policy.TokenCount;
}
