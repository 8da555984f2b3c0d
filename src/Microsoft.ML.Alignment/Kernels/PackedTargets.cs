namespace Microsoft.ML.Alignment.Kernels;

/// <summary>The completion tokens in packed rows, M of them, and the rows that predict them.</summary>
/// <param name="Rows">Row whose hidden state predicts the token. Shape <c>[M]</c>.</param>
/// <param name="Labels">The token's id. Shape <c>[M]</c>.</param>
/// <param name="Sequences">Which of the S sequences the token belongs to. Shape <c>[M]</c>.</param>
/// <param name="TokenCounts">Completion tokens of each sequence. Shape <c>[S]</c>.</param>
/// <param name="EndRows">Row of the last token of each sequence. Shape <c>[S]</c>.</param>
internal sealed record PackedTargets(long[] Rows, long[] Labels, long[] Sequences, int[] TokenCounts, long[] EndRows)
{
    /// <summary>Gets the number of sequences, S.</summary>
    public int SequenceCount => TokenCounts.Length;

    /// <summary>Gets the number of completion tokens, M.</summary>
    public int TokenCount => Labels.Length;
}
