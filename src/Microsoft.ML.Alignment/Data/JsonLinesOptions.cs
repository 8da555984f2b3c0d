namespace Microsoft.ML.Alignment;

/// <summary>
/// Which properties of a JSON Lines file hold what. A name left null is found by itself, in snake_case, camelCase or PascalCase
/// (<c>chosen_probability</c>, <c>chosenProbability</c>, <c>ChosenProbability</c>).
/// </summary>
public sealed record JsonLinesOptions
{
    /// <summary>Gets the name of the property that becomes column <c>Prompt</c>. Default null: <c>prompt</c>.</summary>
    public string? PromptName { get; init; }

    /// <summary>Gets the name of the property that becomes column <c>Chosen</c>. Default null: <c>chosen</c>.</summary>
    public string? ChosenName { get; init; }

    /// <summary>Gets the name of the property that becomes column <c>Rejected</c>. Default null: <c>rejected</c>.</summary>
    public string? RejectedName { get; init; }

    /// <summary>Gets the name of the property that becomes column <c>Completion</c>. Default null: <c>completion</c>.</summary>
    public string? CompletionName { get; init; }

    /// <summary>Gets the name of the property that holds whole conversations. Default null: <c>messages</c>.</summary>
    public string? MessagesName { get; init; }

    /// <summary>
    /// Gets the name of the property that holds the tools of a conversation, a list or a JSON list as text. Default null: <c>tools</c>.
    /// </summary>
    public string? ToolsName { get; init; }

    /// <summary>Gets the name of the property that becomes column <c>Label</c> (true, false, 1 or 0). Default null: <c>label</c>.</summary>
    public string? LabelName { get; init; }

    /// <summary>Gets the name of the property that becomes column <c>Margin</c>. Default null: <c>margin</c>.</summary>
    public string? MarginName { get; init; }

    /// <summary>
    /// Gets the name of the property that becomes column <c>ChosenProbability</c>. Default null: <c>chosen_probability</c>.
    /// </summary>
    public string? ChosenProbabilityName { get; init; }

    /// <summary>
    /// Gets what stands before each turn in prompts that are dialogues written as text, e.g. <see cref="DialogueMarkers.HumanAssistant"/>: they
    /// become conversations, rendered with the model's chat template. Default null: text stays as it is.
    /// </summary>
    public DialogueMarkers? Dialogue { get; init; }

    /// <summary>
    /// Gets the longest line that is read, in characters; a longer one is refused before it fills the memory. At least 1; the default is
    /// 16777216.
    /// </summary>
    public int MaxLineLength { get; init => field = Require.AtLeast(1, value); } = 1 << 24;
}
