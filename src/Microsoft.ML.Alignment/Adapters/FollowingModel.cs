using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Adapters;

/// <summary>A model that equals the one a policy started from, and whose weights can be drawn towards the policy's.</summary>
/// <param name="Reference">The model; the caller's.</param>
/// <param name="Weights">By name, its weights with those of the policy that train.</param>
internal sealed record FollowingModel(LanguageModel Reference, IReadOnlyDictionary<string, (Tensor Reference, Tensor Policy)> Weights)
{
    /// <summary>Copies what trains of a policy: its last adapter, or all weights.</summary>
    /// <param name="policy">A policy that has not trained yet.</param>
    /// <param name="incoming">The policy it started from.</param>
    public static FollowingModel Create(LanguageModel policy, LanguageModel incoming) =>
        policy.Adapters.Count > incoming.Adapters.Count ? OfAdapter(policy, incoming) : OfWeights(policy, incoming);

    private static FollowingModel OfAdapter(LanguageModel policy, LanguageModel incoming)
    {
        var trained = policy.Adapters[^1];
        var copy = trained with { Updates = trained.Updates.ToDictionary(update => update.Key, update => Copy(update.Value)) };
        var pairs = trained.Updates.SelectMany(update => new[]
        {
            ($"{update.Key}.lora_A", (Tensor)copy.Updates[update.Key].A, (Tensor)update.Value.A),
            ($"{update.Key}.lora_B", copy.Updates[update.Key].B, update.Value.B),
        });
        return new(
            incoming.With([.. incoming.Adapters, copy], null), pairs.ToDictionary(pair => pair.Item1, pair => (pair.Item2, pair.Item3)));
    }

    private static FollowingModel OfWeights(LanguageModel policy, LanguageModel incoming)
    {
        var copy = incoming.MergedCopy(trains: true);
        return new(copy, copy.Network.Weights.ToDictionary(
            weight => weight.Key, weight => ((Tensor)weight.Value, (Tensor)policy.Network.Weights[weight.Key])));
    }

    // What does not require gradients goes into a copy of the matrix in bfloat16, which would grow stale.
    private static LowRankUpdate Copy(LowRankUpdate update) => update with { A = Copy(update.A), B = Copy(update.B) };

    private static Parameter Copy(Parameter parameter) => NewParameter.Of(() => parameter.clone(), trains: true);
}
