namespace Microsoft.ML.Alignment;

/// <summary>What stands before each turn of a dialogue that is written as text.</summary>
/// <param name="User">Before a user's turn.</param>
/// <param name="Assistant">Before an assistant's turn, and at the end of a prompt.</param>
public sealed record DialogueMarkers(string User, string Assistant)
{
    /// <summary>Gets the markers of hh-rlhf and its kin: <c>\n\nHuman:</c> and <c>\n\nAssistant:</c>.</summary>
    public static DialogueMarkers HumanAssistant { get; } = new("\n\nHuman:", "\n\nAssistant:");

    /// <summary>Gets what stands before a user's turn.</summary>
    /// <exception cref="ArgumentException">It is blank.</exception>
    public string User { get; init; } = Require.NotEmpty(User, nameof(User));

    /// <summary>Gets what stands before an assistant's turn.</summary>
    /// <exception cref="ArgumentException">It is blank.</exception>
    public string Assistant { get; init; } = Require.NotEmpty(Assistant, nameof(Assistant));

    /// <summary>Whether a text has turns of both.</summary>
    internal bool AreIn(string text) => text.Contains(User, StringComparison.Ordinal) && text.Contains(Assistant, StringComparison.Ordinal);
}
