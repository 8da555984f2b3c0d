namespace Microsoft.ML.Alignment;

/// <summary>What a judge is asked: which of two completions of a prompt is better.</summary>
/// <param name="Prompt">The prompt, as a person reads it.</param>
/// <param name="First">One completion.</param>
/// <param name="Second">The other.</param>
public sealed record PreferenceQuestion(string Prompt, string First, string Second)
{
    /// <summary>The same question with the completions in the other order.</summary>
    public PreferenceQuestion Swap() => new(Prompt, Second, First);
}

/// <summary>Which of two completions is better.</summary>
public enum PreferenceOutcome
{
    /// <summary>The first one.</summary>
    First,
    /// <summary>The second one.</summary>
    Second,
    /// <summary>Neither.</summary>
    Tie,
}
