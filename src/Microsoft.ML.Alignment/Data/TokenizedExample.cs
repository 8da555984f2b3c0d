namespace Microsoft.ML.Alignment.Data;

/// <summary>One row of training data as token ids.</summary>
/// <param name="Prompt">Ids of the prompt; at least one.</param>
/// <param name="Completions">
/// Ids of each completion, end token included: one for SFT, chosen then rejected for a pair, none for prompts alone.
/// </param>
/// <param name="Values">Numbers that belong to the row and that the method names, e.g. the margin of a pair.</param>
internal sealed record TokenizedExample(int[] Prompt, int[][] Completions, float[] Values)
{
    /// <summary>Gets what the method's reference thinks of the completions, where that was computed before training; else null.</summary>
    public float[]? ReferenceScores { get; init; }

    /// <summary>Gets the prompt as text, where a method may have to shorten it further; else null.</summary>
    public string? PromptText { get; init; }

    /// <summary>
    /// Gets where tokens of the only completion are not trained on: first and behind the last of each run, in order. The default is nowhere.
    /// </summary>
    public int[] Untrained { get; init; } = [];

    /// <summary>Gets the number of tokens if the prompt is stored once.</summary>
    public int TokenCount => Prompt.Length + Completions.Sum(c => c.Length);

    /// <summary>The prompt with the completions of both.</summary>
    /// <param name="other">An example of the same prompt.</param>
    public TokenizedExample And(TokenizedExample other) =>
        this with { Completions = [.. Completions, .. other.Completions], ReferenceScores = null };
}
