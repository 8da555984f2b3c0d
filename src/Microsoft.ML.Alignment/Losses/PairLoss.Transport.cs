using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment;

public abstract partial record PairLoss
{
    /// <summary>
    /// DPO's loss of the sorted margins of policy and reference (AOT; Melnyk et al., 2024, arXiv:2406.05882): the distribution over the
    /// optimizer step is to improve, not each pair.
    /// </summary>
    /// <remarks>Where a step has several micro-batches, the policy runs over all of them twice: first to sort, then to learn.</remarks>
    public sealed record Aot : PairLoss
    {
        /// <summary>Gets the weight of the opposite order. In [0, 0.5); the default is 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.InRange(0, 0.5, value); }

        internal override bool CouplesPairs => true;

        internal override Tensor Compute(PairEvidence pairs) =>
            AotLoss.Paired(pairs.Policy.Sum, pairs.Reference.Sum, pairs.Beta, LabelSmoothing);
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

        internal override Tensor Compute(PairEvidence pairs) => AotLoss.Unpaired(pairs.Ratios, pairs.Beta, LabelSmoothing);
    }
}
