using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Checkpoints;

namespace Microsoft.ML.Alignment.Trainers;

/// <summary>What the result of an on-policy run is a function of beside options, prompts and the policy that came in.</summary>
internal static class OnPolicyFacts
{
    /// <summary>The rewards by their names, what they read of rows, and the reward model. What a function computes cannot be known.</summary>
    public static IEnumerable<RunFact> Of(StageSetup stage, OnPolicyTrainerOptions options, OnPolicyPrompts prompts)
    {
        var rewards = options.Rewards.Select(reward => reward.Name).DefaultIfEmpty("the reward model");
        yield return new("rewards", () => string.Join(", ", rewards));
        if (options.Rewards.Any(reward => reward.ColumnNames.Count > 0))
            yield return new("columns of rewards", () => Describe(prompts));
        if (stage.RewardModel is { } model)
            yield return new("reward model", () => $"SHA-256 {ContentHash.Of(model)}");
    }

    /// <summary>The rows that are imitated.</summary>
    public static IEnumerable<RunFact> Of(OnPolicyMethod method) =>
        method.Imitation is { } imitation ? [new("imitated data", () => StageWorkspace.Describe(imitation.Rows))] : [];

    private static string Describe(OnPolicyPrompts prompts)
    {
        using var hash = new ContentHasher();
        foreach (var row in prompts.Training.Rows.Concat(prompts.Validation?.Rows ?? []))
            hash.Add(row.Content);
        return $"SHA-256 {hash.Finish()}";
    }
}
