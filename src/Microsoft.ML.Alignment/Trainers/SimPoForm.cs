using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment;

/// <summary>What SimPO makes of the margin m between rewards, the target γ already taken off.</summary>
[JsonDerivedType(typeof(Sigmoid), nameof(Sigmoid))]
[JsonDerivedType(typeof(Hinge), nameof(Hinge))]
public abstract record SimPoForm
{
    private protected SimPoForm()
    {
    }

    internal abstract PreferenceLoss Loss(Pair rewards, double gamma);

    /// <summary>−log σ(m): the paper's (Meng et al., 2024, arXiv:2405.14734, eq. 6).</summary>
    public sealed record Sigmoid : SimPoForm
    {
        /// <summary>Gets the share of pairs thought to be labelled the wrong way round. In [0, 0.5); the default is 0.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double LabelSmoothing { get; init => field = Require.InRange(0, 0.5, value); }

        internal override PreferenceLoss Loss(Pair rewards, double gamma) => SimPoLoss.Sigmoid(rewards, gamma, LabelSmoothing);
    }

    /// <summary>max(0, 1 − m): the other one of the authors' code.</summary>
    public sealed record Hinge : SimPoForm
    {
        internal override PreferenceLoss Loss(Pair rewards, double gamma) => SimPoLoss.Hinge(rewards, gamma);
    }
}
