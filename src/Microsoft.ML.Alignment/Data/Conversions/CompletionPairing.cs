namespace Microsoft.ML.Alignment;

/// <summary>Which completions of a prompt become pairs.</summary>
public enum CompletionPairing
{
    /// <summary>One pair a prompt: the best completion and the worst.</summary>
    BestAgainstWorst,

    /// <summary>Every two completions of which one is better.</summary>
    All,
}
