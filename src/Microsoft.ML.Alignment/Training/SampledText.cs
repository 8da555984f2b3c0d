namespace Microsoft.ML.Alignment.Training;

/// <summary>A completion that the policy wrote for an optimizer step, for people to read.</summary>
/// <param name="Prompt">The prompt as its column has it.</param>
/// <param name="Completion">What the policy wrote, without its end token.</param>
internal sealed record SampledText(string Prompt, string Completion)
{
    /// <summary>Gets its score as it trains; null where no reward says anything.</summary>
    public double? Reward { get; init; }

    /// <summary>Gets the log-ratio of the policy that wrote it and its reference, in nats; null without a reference.</summary>
    public double? Divergence { get; init; }

    /// <summary>Gets what each of several rewards says of it; empty where there is one.</summary>
    public IReadOnlyDictionary<string, double?> Rewards { get; init; } = new Dictionary<string, double?>();

    /// <summary>Gets its length, end token included.</summary>
    public int Tokens { get; init; }

    /// <summary>Gets whether an end token came before the limit.</summary>
    public bool Ended { get; init; }
}
