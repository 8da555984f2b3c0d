using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment;

public abstract partial record PairLoss
{
    /// <summary>
    /// DPO's loss of the sorted margins of policy and reference (AOT; Melnyk et al., 2024, arXiv:2406.05882): the distribution over the
    /// optimizer step is to improve, not each pair.
    /// </summary>
    /// <remarks>
    /// On a line the optimal transport pairs the sorted values: the k-th smallest of one sample goes to the k-th smallest of the other. So an
    /// entry of the loss belongs to a rank and not to a pair; all pairs of the optimizer step must be there at once. Where a step has several
    /// micro-batches, the policy runs over all of them twice: first to sort, then to learn.
    /// </remarks>
    public sealed record Aot : PairLoss
    {
        /// <summary>Gets the weight of the opposite order. In [0, 0.5); the default is 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.InRange(0, 0.5, value); }

        internal override bool CouplesPairs => true;

        internal override Tensor Compute(PairEvidence pairs) =>
            DpoLoss.Compute(Sorted(pairs.Policy.Sum.Margin) - Sorted(pairs.Reference.Sum.Margin), pairs.Beta, LabelSmoothing);

        internal static Tensor Sorted(Tensor values) => values.sort(dim: 0, stable: true).Values;
    }

    /// <summary>
    /// DPO's loss of the sorted Δ of the chosen against those of the rejected completions: as <see cref="Aot"/>, where pairs do not belong
    /// together.
    /// </summary>
    /// <inheritdoc cref="Aot" path="/remarks"/>
    public sealed record AotUnpaired : PairLoss
    {
        /// <summary>Gets the weight of the opposite order. In [0, 0.5); the default is 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.InRange(0, 0.5, value); }

        internal override bool CouplesPairs => true;

        internal override Tensor Compute(PairEvidence pairs) =>
            DpoLoss.Compute(Aot.Sorted(pairs.Ratios.Chosen) - Aot.Sorted(pairs.Ratios.Rejected), pairs.Beta, LabelSmoothing);
    }
}
