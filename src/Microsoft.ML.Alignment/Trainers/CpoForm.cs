using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment;

/// <summary>What CPO makes of the log-probabilities of a pair.</summary>
[JsonDerivedType(typeof(Sigmoid), nameof(Sigmoid))]
[JsonDerivedType(typeof(Hinge), nameof(Hinge))]
[JsonDerivedType(typeof(SquaredPerToken), nameof(SquaredPerToken))]
public abstract record CpoForm
{
    private protected CpoForm()
    {
    }

    internal abstract PreferenceLoss Loss(PairLogProbs policy, double beta);

    /// <summary>−log σ(β·(log π(chosen) − log π(rejected))): the paper's (Xu et al., 2024, arXiv:2401.08417).</summary>
    public sealed record Sigmoid : CpoForm
    {
        /// <summary>Gets the share of pairs thought to be labelled the wrong way round. In [0, 0.5); the default is 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.InRange(0, 0.5, value); }

        internal override PreferenceLoss Loss(PairLogProbs policy, double beta) => CpoLoss.Sigmoid(policy, beta, LabelSmoothing);
    }

    /// <summary>max(0, 1 − β·(log π(chosen) − log π(rejected))), as TRL offers it.</summary>
    public sealed record Hinge : CpoForm
    {
        internal override PreferenceLoss Loss(PairLogProbs policy, double beta) => CpoLoss.Hinge(policy, beta);
    }

    /// <summary>
    /// The squared distance of the difference of log-probabilities per token from 1/(2β), as TRL offers it under the name of IPO.
    /// </summary>
    public sealed record SquaredPerToken : CpoForm
    {
        internal override PreferenceLoss Loss(PairLogProbs policy, double beta) => CpoLoss.SquaredPerToken(policy, beta);
    }
}
