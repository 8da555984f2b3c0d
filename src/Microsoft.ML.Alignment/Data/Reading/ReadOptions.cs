namespace Microsoft.ML.Alignment.Data.Reading;

/// <summary>How rows become examples.</summary>
/// <param name="MaxLength">Tokens of prompt and completion together; at least 2. Longer rows lose a part of their prompt.</param>
/// <param name="Invalid">What happens to rows that cannot be used.</param>
/// <param name="Log">Takes one line a finding: rows left out, prompts cut.</param>
/// <param name="Cancellation">Ends the reading between two rows.</param>
internal sealed record ReadOptions(int MaxLength, InvalidRows Invalid, Action<string> Log, CancellationToken Cancellation)
{
    public int MaxLength { get; init; } = Require.AtLeast(2, MaxLength, nameof(MaxLength));

    /// <summary>Gets the id (BOS) that stays in front when a prompt that begins with it is cut; null if there is none.</summary>
    public int? BeginTokenId { get; init; }

    /// <summary>
    /// Gets whether something says how prompts are to be read: the column or an option. Else prompts that are all conversations as JSON are
    /// refused. The default is true.
    /// </summary>
    public bool KnowsFormat { get; init; } = true;

    /// <summary>Gets what becomes of completions that do not fit. The default is that their rows cannot be used.</summary>
    public LongCompletions LongCompletions { get; init; }

    /// <summary>
    /// Gets whether all that the assistant says in a row's conversation is trained on. The default is false: its last turn is, the completion.
    /// </summary>
    public bool EveryTurn { get; init; }

    /// <summary>Gets whether rows whose completion has weight 0 are left out. The default is false: they are scored like others.</summary>
    public bool LeavesOutUntrained { get; init; }

    /// <summary>
    /// Gets the tokens that are kept free behind a prompt for what will be written there. Above 0, prompts are not cut: those that leave
    /// less cannot be used.
    /// </summary>
    public int ReservedTokens { get; init; }

    /// <summary>Gets whether examples keep their prompts as text, to shorten them later. The default is false.</summary>
    public bool KeepsPrompts { get; init; }

    /// <summary>Gets who is told of each row that is used: its prompt, and its further columns; null for nobody.</summary>
    public Action<string, RewardRow>? Used { get; init; }

    /// <summary>Gets who is told, when all rows are read, what they hold; null for nobody, which reads a little faster.</summary>
    public Action<DataSummary>? Summarized { get; init; }
}
