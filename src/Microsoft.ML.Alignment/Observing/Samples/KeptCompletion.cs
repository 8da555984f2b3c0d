using System.Text.Json.Serialization;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Samples;

/// <summary>A completion that a policy wrote while it was trained on what it writes, as it is kept.</summary>
/// <param name="Step">The optimizer step that first learned from it, from 1.</param>
/// <param name="Prompt">The prompt as its column has it.</param>
/// <param name="Completion">What the model wrote, without its end token.</param>
/// <param name="Reward">Its score as it trains; null where no reward says anything.</param>
/// <param name="Divergence">The log-ratio of the policy that wrote it and its reference, in nats; null without a reference.</param>
/// <param name="Tokens">Its length, end token included.</param>
/// <param name="Ended">Whether an end token came before the limit.</param>
internal sealed record KeptCompletion(
    int Step, string Prompt, string Completion, double? Reward, [property: JsonPropertyName("kl")] double? Divergence, int Tokens, bool Ended)
{
    /// <summary>The file of a stage.</summary>
    public const string FileName = "completions.jsonl";

    /// <summary>Gets what each of several rewards says of it, by name; null where there is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double?>? Rewards { get; init; }

    /// <summary>What is kept of a completion.</summary>
    /// <param name="step">The optimizer step, from 1.</param>
    /// <param name="text">The completion.</param>
    public static KeptCompletion Of(int step, SampledText text) =>
        new(step, text.Prompt, text.Completion, Finite(text.Reward), Finite(text.Divergence), text.Tokens, text.Ended)
        {
            Rewards = text.Rewards.Count == 0 ? null : text.Rewards.ToDictionary(reward => reward.Key, reward => Finite(reward.Value)),
        };

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
