namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// One call of the attention kernel: whole examples that lie one behind another, and the prefix where it starts the rows. They see the
/// shared prefix and, among themselves, what the mask allows.
/// </summary>
/// <param name="Start">First row.</param>
/// <param name="Length">Rows, L.</param>
/// <param name="PrefixLength">Rows of the prefix that all examples share, P.</param>
/// <param name="Groups">The examples.</param>
internal sealed record AttentionSegment(int Start, int Length, int PrefixLength, IReadOnlyList<RowGroup> Groups)
{
    /// <summary>Gets the leading rows of the whole that these rows see besides themselves: P, or 0 where the prefix is among them.</summary>
    public int OuterLength => Start == 0 ? 0 : PrefixLength;

    /// <summary>Gets the number of rows that are seen.</summary>
    public int KeyLength => OuterLength + Length;

    /// <summary>Gets whether each row sees exactly the rows of this segment up to itself.</summary>
    public bool IsPlainCausal => OuterLength == 0 && (Groups.Count == 0 || (Groups.Count == 1 && Groups[0].CompletionLengths.Length <= 1));

    /// <summary>Gets what makes the mask: equal for segments with equal masks.</summary>
    public string Shape => IsPlainCausal ? $"{Length}" : $"{OuterLength}:{Length}:{string.Join(';', Groups.Select(ShapeOf))}";

    private static string ShapeOf(RowGroup group) => $"{group.PromptLength},{string.Join(',', group.CompletionLengths)}";
}

/// <summary>How packed rows are cut into calls of the attention kernel.</summary>
internal sealed class AttentionPlan
{
    /// <summary>
    /// Rows up to which examples are attended to in one call: computing scores that the mask then hides costs less than more calls.
    /// </summary>
    public const int JointRows = 128;

    public AttentionPlan(PackedRows rows) => Segments = [.. Cut(rows)];

    /// <summary>Gets the segments, in row order.</summary>
    public IReadOnlyList<AttentionSegment> Segments { get; }

    private static IEnumerable<AttentionSegment> Cut(PackedRows rows)
    {
        var (start, end) = (0, rows.PrefixLength);
        var joint = new List<RowGroup>();
        foreach (var group in rows.Groups.Where(group => group.Length > 0))
        {
            if (end > start && end + group.Length - start > JointRows)
            {
                yield return new(start, end - start, rows.PrefixLength, joint);
                (start, joint) = (end, []);
            }

            joint.Add(group);
            end += group.Length;
        }

        yield return new(start, end - start, rows.PrefixLength, joint);
    }
}
