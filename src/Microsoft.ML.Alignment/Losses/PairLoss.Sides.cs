using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment;

public abstract partial record PairLoss
{
    /// <summary>
    /// −log σ(βΔ_c) − ½ log σ(−βΔ_c) − ½ log σ(−βΔ_r): noise contrastive alignment (Chen et al., 2024,
    /// arXiv:2402.05369). The chosen completion is told from noise in which both sides are as frequent, so that its own probability
    /// cannot fall.
    /// </summary>
    public sealed record Nca : PairLoss
    {
        internal override Tensor Compute(PairEvidence pairs)
        {
            var rewards = pairs.Beta * pairs.Ratios;
            var noise = (-rewards.Chosen).LogSigmoid().Plus((-rewards.Rejected).LogSigmoid());
            return -rewards.Chosen.LogSigmoid() - noise.Times(0.5);
        }
    }

    /// <summary>
    /// −log σ(βΔ_c) − log σ(−βΔ_r): binary classification of each side (Jung et al., 2024, arXiv:2404.04656), without a shift of the
    /// rewards.
    /// </summary>
    public sealed record BcoPair : PairLoss
    {
        internal override Tensor Compute(PairEvidence pairs)
        {
            var rewards = pairs.Beta * pairs.Ratios;
            return -rewards.Chosen.LogSigmoid() - (-rewards.Rejected).LogSigmoid();
        }
    }

    /// <summary>
    /// (Δ_c − 1/(2β))² + (Δ_r + 1/(2β))²: self-play preference optimization with certain preferences (SPPO-hard; Wu et al., 2024,
    /// arXiv:2405.00675). Each log-ratio is drawn to the value that it has in a game's equilibrium if the chosen completion always wins; 1/β
    /// is the paper's η.
    /// </summary>
    public sealed record Sppo : PairLoss
    {
        internal override Tensor Compute(PairEvidence pairs)
        {
            var target = 1 / (2 * pairs.Beta);
            return pairs.Ratios.Chosen.Minus(target).Squared().Plus(pairs.Ratios.Rejected.Plus(target).Squared());
        }
    }

    /// <summary>
    /// 1 − σ(βΔ_c) + σ(βΔ_r): anchored preference optimization (D'Oosterlinck et al., 2024, arXiv:2408.06266) for chosen completions that
    /// are better than the policy's own.
    /// </summary>
    public sealed record ApoZero : PairLoss
    {
        internal override Tensor Compute(PairEvidence pairs)
        {
            var rewards = pairs.Beta * pairs.Ratios;
            return (-rewards.Chosen).sigmoid().Plus(rewards.Rejected.sigmoid());
        }
    }

    /// <summary>σ(βΔ_c) + 1 − σ(βm): the same for a policy that is better than the chosen completions.</summary>
    public sealed record ApoDown : PairLoss
    {
        internal override Tensor Compute(PairEvidence pairs)
        {
            var rewards = pairs.Beta * pairs.Ratios;
            return rewards.Chosen.sigmoid().Plus((-rewards.Margin).sigmoid());
        }
    }

    /// <summary>
    /// −log σ(β(m − λ·max(0, −Δ_c))): DPO-positive (Pal et al., 2024, "Smaug", arXiv:2402.13228, eq. 3), where the chosen completion's
    /// probability may not pay for the margin. The paper takes β = 0.3.
    /// </summary>
    public sealed record Dpop : PairLoss
    {
        /// <summary>
        /// Gets the cost of a nat by which the chosen completion falls below the reference, λ. Above 0; the default is 50, as in the paper.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
        public double Penalty { get; init => field = Require.Positive(value); } = 50;

        internal override Tensor Compute(PairEvidence pairs)
        {
            var ratios = pairs.Ratios;
            return DpoLoss.Compute(ratios.Margin - (-ratios.Chosen).relu().Times(Penalty), pairs.Beta);
        }
    }
}
