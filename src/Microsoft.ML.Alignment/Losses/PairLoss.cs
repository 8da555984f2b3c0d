using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Losses;

namespace Microsoft.ML.Alignment;

/// <summary>
/// The loss of a pair of a better and a worse completion, against a reference. In all of them Δ = log π/π_ref of a completion, in nats,
/// summed over its tokens, m = Δ(chosen) − Δ(rejected), and β is the trainer's.
/// </summary>
/// <remarks>
/// A variant that has parameters is a type that holds them. In JSON a loss names itself in its first property, <c>$type</c>.
/// </remarks>
[JsonPolymorphic(UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Sigmoid), nameof(Sigmoid))]
[JsonDerivedType(typeof(Robust), nameof(Robust))]
[JsonDerivedType(typeof(Hinge), nameof(Hinge))]
[JsonDerivedType(typeof(Ipo), nameof(Ipo))]
[JsonDerivedType(typeof(IpoSummed), nameof(IpoSummed))]
[JsonDerivedType(typeof(Exo), nameof(Exo))]
[JsonDerivedType(typeof(DiscoPop), nameof(DiscoPop))]
[JsonDerivedType(typeof(LengthNormalized), nameof(LengthNormalized))]
[JsonDerivedType(typeof(Nca), nameof(Nca))]
[JsonDerivedType(typeof(BcoPair), nameof(BcoPair))]
[JsonDerivedType(typeof(Sppo), nameof(Sppo))]
[JsonDerivedType(typeof(ApoZero), nameof(ApoZero))]
[JsonDerivedType(typeof(ApoDown), nameof(ApoDown))]
[JsonDerivedType(typeof(Dpop), nameof(Dpop))]
[JsonDerivedType(typeof(Aot), nameof(Aot))]
[JsonDerivedType(typeof(AotUnpaired), nameof(AotUnpaired))]
[JsonDerivedType(typeof(LdDpo), nameof(LdDpo))]
[JsonDerivedType(typeof(Wpo), nameof(Wpo))]
[JsonDerivedType(typeof(Mixture), nameof(Mixture))]
public abstract partial record PairLoss
{
    private protected PairLoss()
    {
    }

    /// <summary>Computes the loss, one entry a pair; of one that couples pairs, one entry a rank. Shape <c>[B]</c>.</summary>
    internal abstract Tensor Compute(PairEvidence pairs);

    /// <summary>Gets what it must know beside sums and counts.</summary>
    internal virtual PairDetails Details => PairDetails.None;

    /// <summary>Gets whether an entry depends on several pairs, so that all pairs of the optimizer step must be there at once.</summary>
    internal virtual bool CouplesPairs => false;

    /// <summary>
    /// Computes the loss with the implicit rewards βΔ, which are the same whatever the loss (Rafailov et al., 2023, arXiv:2305.18290, eq.
    /// 5).
    /// </summary>
    internal PreferenceLoss Evaluate(PairLogProbs policy, PairLogProbs reference, double beta)
    {
        var rewards = (beta * (policy.Sum - reference.Sum)).Detach();
        return new(Compute(new(policy, reference, beta)), rewards.Chosen, rewards.Rejected);
    }
}
