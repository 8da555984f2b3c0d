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
    /// calls it <c>robust</c>: ((1 − ε)·L(m) − ε·L(−m)) / (1 − 2ε) with DPO's L. Over labels of which the share ε is
    /// flipped, its mean is that of L over the true ones. May be negative.
    /// </summary>
    public sealed record Robust : OfMargin
    {
        /// <summary>Gets the share of labels that are flipped. In [0, 0.5); the default is 0.1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.InRange(0, 0.5, value); } = 0.1;

        internal override Tensor Compute(PairEvidence pairs)
        {
            var margin = Scores(pairs).Margin;
            var kept = DpoLoss.Compute(margin, pairs.Beta);
            var flipped = DpoLoss.Compute(-margin, pairs.Beta);
            return (kept.Times(1 - LabelSmoothing) - flipped.Times(LabelSmoothing)).Over(1 - (2 * LabelSmoothing));
        }
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
        internal override Tensor Compute(PairEvidence pairs) => IpoSummed.SquaredDistance((Scores(pairs) / pairs.TokenCount).Margin, pairs.Beta);
    }

    /// <summary>(m − 1/(2β))² with m of sums: IPO as its equation 17 reads, and as the code of DPO's authors has it.</summary>
    public sealed record IpoSummed : OfMargin
    {
        internal override Tensor Compute(PairEvidence pairs) => SquaredDistance(Scores(pairs).Margin, pairs.Beta);

        // The margin is drawn to 1/(2τ) instead of growing without end.
        internal static Tensor SquaredDistance(Tensor margin, double tau) => margin.Minus(1 / (2 * tau)).Squared();
    }

    /// <summary>
    /// KL(q ‖ p) of two-way distributions, q = (σ(βm), σ(−βm)) of the policy and p = (1 − ε, ε) of the label (EXO; Ji et al., 2024,
    /// arXiv:2402.00856). DPO is the KL the other way round.
    /// </summary>
    public sealed record Exo : OfMargin
    {
        /// <summary>Gets the probability that the label leaves to the rejected side. In (0, 0.5); the default is 0.001.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.Positive(Require.InRange(0, 0.5, value)); } = 1e-3;

        internal override Tensor Compute(PairEvidence pairs)
        {
            var logit = Scores(pairs).Margin.Times(pairs.Beta);
            var chosen = logit.sigmoid() * logit.LogSigmoid().Minus(Math.Log(1 - LabelSmoothing));
            var rejected = (-logit).sigmoid() * (-logit).LogSigmoid().Minus(Math.Log(LabelSmoothing));
            return chosen.Plus(rejected);
        }
    }

    /// <summary>
    /// (1 − g)·(−log σ(z)) + g·exp(−z) with z = βm and g = σ(z/τ): the logistic loss where a pair is ranked wrongly, the exponential one
    /// where rightly (DiscoPOP, the log-ratio modulated loss; Lu et al., 2024, arXiv:2406.08414). Not convex.
    /// </summary>
    public sealed record DiscoPop : OfMargin
    {
        /// <summary>Gets the width, in units of βm, of the change from one to the other. Above 0; the default is 0.05.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Temperature { get; init => field = Require.Positive(value); } = 0.05;

        internal override Tensor Compute(PairEvidence pairs)
        {
            var logit = Scores(pairs).Margin.Times(pairs.Beta);
            var gate = logit.Over(Temperature);
            // g·exp(−z) as one exponential, since for very negative z it is 0 times infinity.
            var exponential = (gate.LogSigmoid() - logit).exp();
            return exponential - ((-gate).sigmoid() * logit.LogSigmoid());
        }
    }

    /// <summary>
    /// −log σ(βm) with m of means a token, so that longer completions weigh no more (Lambert et al., 2024, "Tülu 3", arXiv:2411.15124, eq. 6,
    /// who take β = 5).
    /// </summary>
    public sealed record LengthNormalized : OfMargin
    {
        /// <summary>Gets the share of pairs thought to be labelled the wrong way round. In [0, 0.5); the default is 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.InRange(0, 0.5, value); }

        internal override Tensor Compute(PairEvidence pairs) =>
            DpoLoss.Compute((Scores(pairs) / pairs.TokenCount).Margin, pairs.Beta, LabelSmoothing);
    }
}
