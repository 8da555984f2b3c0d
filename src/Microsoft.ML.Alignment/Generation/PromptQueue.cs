namespace Microsoft.ML.Alignment.Generation;

/// <summary>
/// Prompts that wait for a place in a batch, the longest first. Equal prompts stay together, so that their tokens are read once.
/// </summary>
internal sealed class PromptQueue
{
    private readonly IReadOnlyList<int[]> _prompts;
    private readonly DecodingLimits _limits;
    private readonly Queue<int[]> _groups;

    /// <param name="prompts">Token ids of each prompt.</param>
    /// <param name="limits">How much a batch holds.</param>
    public PromptQueue(IReadOnlyList<int[]> prompts, DecodingLimits limits)
    {
        (_prompts, _limits) = (prompts, limits);
        _groups = new(Enumerable.Range(0, prompts.Count)
            .GroupBy(index => prompts[index], SequenceComparer.Instance)
            .OrderByDescending(group => group.Key.Length)
            .SelectMany(group => group.Chunk(limits.Rows)));
    }

    /// <summary>Gets whether nobody waits.</summary>
    public bool IsEmpty => _groups.Count == 0;

    /// <summary>Takes as many as there is room for; at least one group where the batch is empty.</summary>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="promptTokens">Tokens of their prompts.</param>
    /// <returns>Indexes of the prompts.</returns>
    public int[] Take(int rows, int promptTokens)
    {
        var taken = new List<int>();
        while (_groups.TryPeek(out var group))
        {
            var tokens = group.Length * _prompts[group[0]].Length;
            var isFirst = rows + taken.Count == 0;
            if (!isFirst && (rows + taken.Count + group.Length > _limits.Rows || promptTokens + tokens > _limits.PromptTokens))
                break;
            taken.AddRange(_groups.Dequeue());
            promptTokens += tokens;
        }

        return [.. taken];
    }
}

/// <summary>How much a batch holds.</summary>
/// <param name="Rows">Rows that are written at once.</param>
/// <param name="PromptTokens">Tokens of their prompts.</param>
internal readonly record struct DecodingLimits(int Rows, int PromptTokens)
{
    /// <summary>Gets the limits: more rows make a step no cheaper a row, but the cache larger.</summary>
    public static DecodingLimits Default { get; } = new(64, 16_384);
}
