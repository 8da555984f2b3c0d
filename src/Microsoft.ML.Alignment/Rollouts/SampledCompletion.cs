namespace Microsoft.ML.Alignment;

/// <summary>A completion that the policy wrote while it trains.</summary>
/// <param name="Prompt">The prompt as its column has it.</param>
/// <param name="Completion">What the policy wrote, without its end token.</param>
/// <param name="Row">The other columns of the prompt's row.</param>
public sealed record SampledCompletion(string Prompt, string Completion, RewardRow Row)
{
    /// <summary>Gets the tokens, the end token included.</summary>
    public int TokenCount { get; init; }

    /// <summary>
    /// Gets where each token ends: how many characters of <see cref="Completion"/> are there when it is written; the end token adds none. Shape
    /// <c>[T]</c>; empty where no reward is one of tokens.
    /// </summary>
    public IReadOnlyList<int> TokenEnds { get; init; } = [];

    /// <summary>Gets whether it ended by itself, and not at the limit of tokens.</summary>
    public bool Ended { get; init; } = true;

    /// <summary>Gets the prompt as the policy read it.</summary>
    internal int[] PromptIds { get; init; } = [];

    /// <summary>Gets the ids that the policy wrote.</summary>
    internal int[] Ids { get; init; } = [];
}
