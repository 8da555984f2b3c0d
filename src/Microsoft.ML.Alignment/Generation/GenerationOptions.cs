namespace Microsoft.ML.Alignment;

/// <summary>How completions are written.</summary>
public sealed record GenerationOptions
{
    /// <summary>
    /// Gets the most tokens of a completion; fewer where the prompt leaves fewer of the model's positions. At least 1; the default is 128.
    /// </summary>
    public int MaxNewTokens { get; init => field = Require.AtLeast(1, value); } = 128;

    /// <summary>Gets the temperature logits are divided by; 0 takes the best token (greedy). 0 or more; the default is 0.</summary>
    public double Temperature { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the number of best tokens sampled from; null is all. At least 1.</summary>
    public int? TopK { get; init => field = Require.AtLeastOrNull(1, value); }

    /// <summary>Gets the probability mass of best tokens sampled from. In (0, 1]; the default is 1.</summary>
    public double TopP { get; init => field = Require.AtMost(1, Require.Positive(value)); } = 1;

    /// <summary>Gets the seed of sampling. The default is 0.</summary>
    public int Seed { get; init; }
}
