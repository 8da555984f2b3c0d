namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>What the policy wrote in one round of sampling.</summary>
/// <param name="Round">From 0.</param>
/// <param name="Groups">The completions of each prompt.</param>
internal sealed record Rollout(long Round, IReadOnlyList<SampledGroup> Groups)
{
    /// <summary>Gets what is reported of it.</summary>
    public IReadOnlyDictionary<string, double> Report { get; init; } = new Dictionary<string, double>();

    /// <summary>Gets all completions.</summary>
    public IEnumerable<SampledRow> Rows => Groups.SelectMany(group => group.Rows);
}

/// <summary>A prompt with what the policy wrote behind it.</summary>
/// <param name="Index">The prompt's index in the store.</param>
/// <param name="Prompt">Its ids.</param>
/// <param name="Rows">The completions.</param>
internal sealed record SampledGroup(int Index, int[] Prompt, IReadOnlyList<SampledRow> Rows);

/// <summary>One completion, token by token. What is null is not needed by the method.</summary>
internal sealed class SampledRow(int[] ids, bool ended)
{
    /// <summary>Gets the ids as they were sampled; they are what trains, and are never tokenized again. Shape <c>[T]</c>.</summary>
    public int[] Ids { get; } = ids;

    /// <summary>Gets whether the last one is an end token.</summary>
    public bool Ended { get; } = ended;

    /// <summary>Gets or sets the score of the whole; null where there is none.</summary>
    public double? Score { get; set; }

    /// <summary>Gets or sets what of the score belongs to each token; null where all belongs to the last. Shape <c>[T]</c>.</summary>
    public double[]? TokenScores { get; set; }

    /// <summary>Gets or sets log π_old. Shape <c>[T]</c>.</summary>
    public float[]? LogProbs { get; set; }

    /// <summary>Gets or sets log π_ref. Shape <c>[T]</c>.</summary>
    public float[]? ReferenceLogProbs { get; set; }

    /// <summary>Gets or sets the critic's value before each token. Shape <c>[T]</c>.</summary>
    public float[]? Values { get; set; }

    /// <summary>Gets or sets the critic's value behind the last token.</summary>
    public float NextValue { get; set; }

    /// <summary>Gets or sets the advantages; null for a completion that is not trained on. Shape <c>[T]</c>.</summary>
    public float[]? Advantages { get; set; }

    /// <summary>Gets or sets what the critic learns. Shape <c>[T]</c>.</summary>
    public float[]? Returns { get; set; }

    /// <summary>Gets or sets what is said of it where people are shown it; null for the others.</summary>
    public RowNote? Note { get; set; }

    /// <summary>Gets whether any token has a gradient by its advantage.</summary>
    public bool Teaches => Advantages is { } advantages && Array.Exists(advantages, advantage => advantage != 0);
}
