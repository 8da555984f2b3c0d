using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment;

public abstract partial record PairLoss
{
    /// <summary>
    /// Another loss in which the tokens behind the length of the pair's shorter side count less (LD-DPO; Liu et al., 2024,
    /// arXiv:2409.06411), under policy and reference alike. What a loss divides by stays the number of all tokens.
    /// </summary>
    public sealed record LdDpo : PairLoss
    {
        /// <summary>Gets how much a token behind the shared length counts. In [0, 1); the default is 0.5. 1 would change nothing.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double Alpha { get; init => field = Require.InRange(0, 1, value); } = 0.5;

        /// <summary>Gets the loss. The default is DPO's.</summary>
        public PairLoss Loss { get; init => field = Require.NotNull(value); } = new Sigmoid();

        internal override PairDetails Details => Loss.Details | PairDetails.SharedSum;

        internal override bool CouplesPairs => Loss.CouplesPairs;

        internal override Tensor Compute(PairEvidence pairs) => Loss.Compute(pairs with
        {
            Policy = Desensitized(pairs.Policy),
            Reference = Desensitized(pairs.Reference),
        });

        /// <summary>Computes α·(sum) + (1 − α)·(sum over the length of the pair's shorter side).</summary>
        /// <param name="logProbs">With <see cref="PairLogProbs.SharedSum"/>.</param>
        internal PairLogProbs Desensitized(PairLogProbs logProbs) =>
            logProbs with { Sum = (Alpha * logProbs.Sum) + ((1 - Alpha) * logProbs.SharedSum!.Value) };
    }

    /// <summary>
    /// Another loss whose pairs are weighted by how near they are to what the policy itself samples (WPO; Zhou et al., 2024,
    /// arXiv:2406.11827, with sampled alignment), so that pairs of others teach as if they were its own. The weight is w(c)·w(r) with w(y) =
    /// exp(mean over y of log π(y_t) − log Σ_v π(v)²), a constant; it is 1 where the policy is uniform.
    /// </summary>
    public sealed record Wpo : PairLoss
    {
        /// <summary>Gets the loss. The default is DPO's.</summary>
        /// <exception cref="ArgumentException">
        /// It couples pairs, as AOT does: its entries belong to ranks, which have no weight.
        /// </exception>
        public PairLoss Loss
        {
            get;
            init => field = Require.NotNull(value).CouplesPairs
                ? throw new ArgumentException(
                    $"Wpo cannot weight {value}: each of its entries depends on several pairs. Give it a loss of single pairs, and mix the two.",
                    nameof(value))
                : value;
        } = new Sigmoid();

        internal override PairDetails Details => Loss.Details | PairDetails.Agreement;

        internal override Tensor Compute(PairEvidence pairs) => Weight(pairs.Policy.Agreement!.Value) * Loss.Compute(pairs);

        /// <summary>Computes the weight of each pair. Shape <c>[B]</c>.</summary>
        /// <param name="agreement">The means over each completion's tokens, in nats. Shapes <c>[B]</c>.</param>
        internal static Tensor Weight(Pair agreement) => agreement.Chosen.Plus(agreement.Rejected).exp().detach();
    }

    /// <summary>
    /// A weighted sum of losses, e.g. 0.8 of DPO and 0.2 of BCO, the two of mixed preference optimization (MPO; Wang et al., 2024,
    /// arXiv:2411.10442), whose third term is the trainer's <c>SftWeight</c>.
    /// </summary>
    public sealed record Mixture : PairLoss
    {
        /// <summary>Gets the losses with their weights; at least one.</summary>
        /// <exception cref="ArgumentException">There is none.</exception>
        public required IReadOnlyList<WeightedLoss> Terms
        {
            get;
            init => field = Require.NotNull(value).Count > 0
                ? [.. value]
                : throw new ArgumentException("Terms of a mixture is empty; give it at least one loss.", nameof(value));
        }

        internal override PairDetails Details => Terms.Aggregate(PairDetails.None, (details, term) => details | term.Loss.Details);

        internal override bool CouplesPairs => Terms.Any(term => term.Loss.CouplesPairs);

        internal override Tensor Compute(PairEvidence pairs) =>
            Terms.Select(term => term.Loss.Compute(pairs).Times(term.Weight)).Aggregate((sum, term) => sum.Plus(term));
    }

    /// <summary>A loss of a mixture.</summary>
    /// <param name="Weight">Its factor. Above 0.</param>
    /// <param name="Loss">The loss.</param>
    public sealed record WeightedLoss(double Weight, PairLoss Loss)
    {
        /// <summary>Gets its factor. Above 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Weight { get; init => field = Require.Positive(value); } = Require.Positive(Weight, nameof(Weight));

        /// <summary>Gets the loss.</summary>
        public PairLoss Loss { get; init => field = Require.NotNull(value); } = Require.NotNull(Loss, nameof(Loss));
    }
}
