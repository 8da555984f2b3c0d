using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.References;

namespace Microsoft.ML.Alignment;

/// <summary>
/// What a policy is compared with while it trains. Each begins as exactly the policy that came into the stage; the implicit rewards of the
/// fitted stage are against that policy always.
/// </summary>
/// <remarks>In JSON a reference names itself in its first property, <c>$type</c>.</remarks>
[JsonPolymorphic(UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Incoming), nameof(Incoming))]
[JsonDerivedType(typeof(FrozenCopy), nameof(FrozenCopy))]
[JsonDerivedType(typeof(Precomputed), nameof(Precomputed))]
[JsonDerivedType(typeof(Following), nameof(Following))]
public abstract record ReferencePolicy
{
    private protected ReferencePolicy()
    {
    }

    /// <summary>Makes the reference of a stage that begins.</summary>
    internal abstract OpenReference Open(LanguageModel policy, LanguageModel incoming);

    /// <summary>
    /// The policy that came in, as it lies in memory: under LoRA the same weights without the new adapter. Costs no memory; the default.
    /// </summary>
    public sealed record Incoming : ReferencePolicy
    {
        internal override OpenReference Open(LanguageModel policy, LanguageModel incoming) => new(incoming.Share());
    }

    /// <summary>
    /// A copy of its weights in which the adapters of earlier stages are merged. In float32 a pass costs less than with the adapters beside
    /// the weights, for the memory of all weights once more; in bfloat16 adapters that stand still are merged anyway.
    /// </summary>
    public sealed record FrozenCopy : ReferencePolicy
    {
        internal override OpenReference Open(LanguageModel policy, LanguageModel incoming) => new(incoming.MergedCopy(trains: false));
    }

    /// <summary>
    /// The policy that came in, whose log-probabilities of all training rows are computed once before training, so that a step needs no
    /// pass of it: worth it for several epochs, or several runs over the same rows. Other rows, as in a validation set, are computed when
    /// they come.
    /// </summary>
    public sealed record Precomputed : ReferencePolicy
    {
        /// <summary>
        /// Gets the folder that keeps the numbers for later runs, under the hash of all that they depend on: weights, adapters, token ids
        /// of all rows, batch sizes, precision, matrix kernel and threads. Null, the default, keeps them for this run only.
        /// </summary>
        public string? CacheFolder { get; init => field = value is null ? null : Require.NotEmpty(value); }

        internal override OpenReference Open(LanguageModel policy, LanguageModel incoming) => new(incoming.Share())
        {
            Precomputes = true,
            Cache = CacheFolder is null ? null : new(CacheFolder),
        };
    }

    /// <summary>
    /// A reference that follows the policy (TR-DPO; Gorbatovski et al., 2024, arXiv:2404.09656): every so many optimizer steps it becomes α
    /// times the policy and 1 − α times itself. Under LoRA it has a copy of the new adapter, whose two matrices are mixed each for itself.
    /// </summary>
    public sealed record Following : ReferencePolicy
    {
        /// <summary>
        /// Gets the share of the policy in an update, α. In (0, 1]; the default is 0.6. 1 makes the reference the policy.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is outside.</exception>
        public double Alpha { get; init => field = Require.Positive(Require.AtMost(1, value)); } = 0.6;

        /// <summary>Gets the optimizer steps from one update to the next. At least 1; the default is 512.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
        public int EverySteps { get; init => field = Require.AtLeast(1, value); } = 512;

        internal override OpenReference Open(LanguageModel policy, LanguageModel incoming)
        {
            var follower = FollowingModel.Create(policy, incoming);
            return new(follower.Reference) { State = [new SoftUpdate(follower.Weights, Alpha, EverySteps)] };
        }
    }
}
