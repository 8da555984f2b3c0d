using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment;

public abstract partial record PairLoss
{
    /// <summary>A loss of the margin m alone. Other f-divergences than the reverse KL put a score of their own in the place of Δ.</summary>
    public abstract record OfMargin : PairLoss
    {
        private protected OfMargin()
        {
        }

        /// <summary>
        /// Gets the f-divergence that holds the policy to its reference. The default is the reverse KL, whose score is Δ itself.
        /// </summary>
        public FDivergence Divergence { get; init => field = Require.NotNull(value); } = new FDivergence.ReverseKl();

        private protected Pair Scores(PairEvidence pairs) => pairs.Ratios.Map(Divergence.Score);
    }

    /// <summary>−log σ(βm): DPO (Rafailov et al., 2023, arXiv:2305.18290, eq. 7), with the smoothing of conservative DPO.</summary>
    public sealed record Sigmoid : OfMargin
    {
        /// <summary>
        /// Gets the share of pairs thought to be labelled the wrong way round (Mitchell, 2023, "A note on DPO with noisy preferences", eq.
        /// 3). In [0, 0.5); the default is 0.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.InRange(0, 0.5, value); }

        internal override Tensor Compute(PairEvidence pairs) => DpoLoss.Compute(Scores(pairs).Margin, pairs.Beta, LabelSmoothing);
    }

    /// <summary>
    /// DPO's loss made unbiased for labels of which a known share is flipped (Chowdhury, Kini and Natarajan, 2024, arXiv:2403.00409). TRL
    /// calls it <c>robust</c>. May be negative.
    /// </summary>
    public sealed record Robust : OfMargin
    {
        /// <summary>Gets the share of labels that are flipped. In [0, 0.5); the default is 0.1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.InRange(0, 0.5, value); } = 0.1;

        internal override Tensor Compute(PairEvidence pairs) => RobustDpoLoss.Compute(Scores(pairs).Margin, pairs.Beta, LabelSmoothing);
    }

    /// <summary>
    /// max(0, 1 − βm): SLiC's hinge on log-ratios (Zhao et al., 2023, arXiv:2305.10425; Liu et al., 2023, arXiv:2309.06657).
    /// </summary>
    public sealed record Hinge : OfMargin
    {
        internal override Tensor Compute(PairEvidence pairs) => MarginLoss.Hinge(Scores(pairs).Margin.Times(pairs.Beta));
    }

    /// <summary>
    /// (m − 1/(2β))² with m of means a token: IPO (Azar et al., 2023, arXiv:2310.12036, eq. 17) as its authors ran it, and TRL. β is the
    /// paper's τ.
    /// </summary>
    public sealed record Ipo : OfMargin
    {
        internal override Tensor Compute(PairEvidence pairs) => IpoLoss.Compute((Scores(pairs) / pairs.TokenCount).Margin, pairs.Beta);
    }

    /// <summary>(m − 1/(2β))² with m of sums: IPO as its equation 17 reads, and as the code of DPO's authors has it.</summary>
    public sealed record IpoSummed : OfMargin
    {
        internal override Tensor Compute(PairEvidence pairs) => IpoLoss.Compute(Scores(pairs).Margin, pairs.Beta);
    }

    /// <summary>The KL from the label's two-way distribution to the policy's (EXO; Ji et al., 2024, arXiv:2402.00856).</summary>
    public sealed record Exo : OfMargin
    {
        /// <summary>Gets the probability that the label leaves to the rejected side. In (0, 0.5); the default is 0.001.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.Positive(Require.InRange(0, 0.5, value)); } = 1e-3;

        internal override Tensor Compute(PairEvidence pairs) => ExoLoss.Compute(Scores(pairs).Margin, pairs.Beta, LabelSmoothing);
    }

    /// <summary>
    /// Logistic loss where a pair is ranked wrongly, exponential where rightly (DiscoPOP; Lu et al., 2024, arXiv:2406.08414).
    /// </summary>
    public sealed record DiscoPop : OfMargin
    {
        /// <summary>Gets the width, in units of βm, of the change from one to the other. Above 0; the default is 0.05.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Temperature { get; init => field = Require.Positive(value); } = 0.05;

        internal override Tensor Compute(PairEvidence pairs) => DiscoPopLoss.Compute(Scores(pairs).Margin, pairs.Beta, Temperature);
    }

    /// <summary>−log σ(βm) with m of means a token (Lambert et al., 2024, "Tülu 3", arXiv:2411.15124, eq. 6), who take β = 5.</summary>
    public sealed record LengthNormalized : OfMargin
    {
        /// <summary>Gets the share of pairs thought to be labelled the wrong way round. In [0, 0.5); the default is 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.InRange(0, 0.5, value); }

        internal override Tensor Compute(PairEvidence pairs) =>
            LengthNormalizedDpoLoss.Compute(Scores(pairs), pairs.TokenCount, pairs.Beta, LabelSmoothing);
    }
}
