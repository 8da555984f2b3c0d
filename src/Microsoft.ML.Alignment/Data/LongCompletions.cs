namespace Microsoft.ML.Alignment;

/// <summary>What becomes of rows with a completion that does not fit into the most tokens of a sequence.</summary>
public enum LongCompletions
{
    /// <summary>They are invalid rows.</summary>
    Invalid,
    /// <summary>
    /// The prompt is shortened to at most half of the tokens, and completions keep their beginnings, without an end token. Such rows are
    /// counted.
    /// </summary>
    Cut,
}
