namespace Microsoft.ML.Alignment;

/// <summary>Which tokens of a pair's better side a supervised term imitates.</summary>
public enum SftScope
{
    /// <summary>Those of the completion.</summary>
    Completion,
    /// <summary>Those of the prompt too, but its first, which nothing predicts.</summary>
    PromptAndCompletion,
}
