namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// One example in packed rows: the rest of its prompt, with what its completions share, then the rest of each of these, which sees prefix,
/// prompt and itself.
/// </summary>
/// <param name="Start">Row where the prompt's rest begins.</param>
/// <param name="PromptLength">Rows of the prompt behind the shared prefix, and of the beginning that all completions share.</param>
/// <param name="CompletionLengths">Rows of each completion behind that; they follow one after another.</param>
internal readonly record struct RowGroup(int Start, int PromptLength, int[] CompletionLengths)
{
    /// <summary>Gets the number of rows of the example.</summary>
    public int Length => PromptLength + CompletionLengths.Sum();
}

/// <summary>
/// Token rows of several sequences laid one after another, without padding: a prefix that all sequences share (may be empty), then
/// examples whose completions share a prompt. A row attends to the prefix, to its own prompt and to its own completion, causally, so
/// that results and gradients are those of separate sequences.
/// </summary>
internal sealed class PackedRows
{
    public PackedRows(long[] ids, long[] positions, int prefixLength, IReadOnlyList<RowGroup> groups)
    {
        if (ids.Length != positions.Length)
            throw new ArgumentException($"{ids.Length} ids and {positions.Length} positions were given; there is one position an id.",
                nameof(positions));
        if (prefixLength + groups.Sum(g => g.Length) != ids.Length)
            throw new ArgumentException($"The prefix and the groups cover {prefixLength + groups.Sum(g => g.Length)} rows of {ids.Length}.",
                nameof(groups));
        (Ids, Positions, PrefixLength, Groups) = (ids, positions, prefixLength, groups);
    }

    /// <summary>Gets the number of rows, N.</summary>
    public int Count => Ids.Length;

    /// <summary>Gets the token ids. Shape <c>[N]</c>.</summary>
    public long[] Ids { get; }

    /// <summary>Gets each row's position in its own sequence. Shape <c>[N]</c>.</summary>
    public long[] Positions { get; }

    /// <summary>Gets the number of leading rows that every sequence starts with.</summary>
    public int PrefixLength { get; }

    /// <summary>Gets the examples, in row order.</summary>
    public IReadOnlyList<RowGroup> Groups { get; }

    /// <summary>Gets how attention runs over the rows, with its masks; made at first use and kept for all layers.</summary>
    public AttentionPlan Attention => field ??= new(this);
}
