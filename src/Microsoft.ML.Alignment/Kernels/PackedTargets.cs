using Microsoft.ML.Alignment.Arithmetic;

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

    /// <summary>Gets the targets that differ in row or label; sequences that share a beginning share those of it.</summary>
    public DistinctTargets Distinct => field ??= DistinctTargets.Of(this);
}

/// <summary>Targets of which no two have the same row and label, K of them.</summary>
/// <param name="Rows">Row whose hidden state predicts the token. Shape <c>[K]</c>.</param>
/// <param name="Labels">The token's id. Shape <c>[K]</c>.</param>
/// <param name="Places">For each of the M targets, which of the K it is; null if they are the same. Shape <c>[M]</c>.</param>
internal sealed record DistinctTargets(long[] Rows, long[] Labels, long[]? Places)
{
    /// <summary>Finds them.</summary>
    public static DistinctTargets Of(PackedTargets targets)
    {
        var places = new Dictionary<(long Row, long Label), long>();
        var ofTargets = new long[targets.TokenCount];
        for (var m = 0; m < ofTargets.Length; m++)
        {
            var target = (targets.Rows[m], targets.Labels[m]);
            if (!places.TryGetValue(target, out ofTargets[m]))
                places.Add(target, ofTargets[m] = places.Count);
        }

        return places.Count == ofTargets.Length
            ? new(targets.Rows, targets.Labels, null)
            : new([.. places.Keys.Select(target => target.Row)], [.. places.Keys.Select(target => target.Label)], ofTargets);
    }

    /// <summary>Gives each target what belongs to it. Shape <c>[K]</c> to <c>[M]</c>.</summary>
    public Tensor Spread(Tensor values) =>
        Places is null ? values : values.RowsAt(tensor(Places, device: values.device));
}
