namespace Microsoft.ML.Alignment.Losses;

/// <summary>Length-desensitised DPO (LD-DPO; Liu et al., 2024, arXiv:2409.06411).</summary>
internal static class LengthDesensitization
{
    /// <summary>
    /// Computes log-probabilities that count the tokens behind the length of the pair's shorter side α times: α·(sum) + (1 − α)·(sum over
    /// the shared length). 1 changes nothing; 0 compares both sides over one length.
    /// </summary>
    /// <param name="logProbs">With <see cref="PairLogProbs.SharedSum"/>.</param>
    /// <param name="alpha">α, in [0, 1].</param>
    /// <returns>The same with other sums. Shapes <c>[B]</c>.</returns>
    public static PairLogProbs Apply(PairLogProbs logProbs, double alpha) =>
        logProbs with { Sum = (alpha * logProbs.Sum) + ((1 - alpha) * logProbs.SharedSum!.Value) };
}
