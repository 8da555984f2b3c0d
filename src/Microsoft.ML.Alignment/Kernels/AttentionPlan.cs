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

/// <summary>How packed rows are cut into calls of the attention kernel, with their masks, made once for all layers.</summary>
internal sealed class AttentionPlan
{
    /// <summary>
    /// Rows up to which examples are attended to in one call: computing scores that the mask then hides costs less than more calls.
    /// </summary>
    public const int JointRows = 128;

    private readonly Dictionary<(string Shape, int? Window, ScalarType Type, DeviceType Device, int Index), Tensor> _masks = [];

    public AttentionPlan(PackedRows rows) => Segments = [.. Cut(rows)];

    /// <summary>Gets the segments, in row order.</summary>
    public IReadOnlyList<AttentionSegment> Segments { get; }

    /// <summary>What is added to the scores: 0 where row i sees key j, else -inf. Shape <c>[L, keys]</c>.</summary>
    /// <param name="segment">The rows.</param>
    /// <param name="window">Positions that a row sees, its own included; null for all of its sequence before it.</param>
    /// <param name="type">Type of the mask.</param>
    /// <param name="device">Where it is wanted.</param>
    public Tensor Mask(AttentionSegment segment, int? window, ScalarType type, Device device)
    {
        var key = (segment.Shape, window, type, device.type, device.index);
        if (!_masks.TryGetValue(key, out var mask))
            _masks.Add(key, mask = MakeMask(segment, window, type, device));
        return mask;
    }

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

    private static Tensor MakeMask(AttentionSegment segment, int? window, ScalarType type, Device device)
    {
        var (rows, columns) = (segment.Length, segment.KeyLength);
        var firstColumn = segment.Start - segment.OuterLength; // the key of the row that is key 0, were the outer rows right before it
        var values = new float[rows * columns];
        Array.Fill(values, float.NegativeInfinity);
        void See(int row, int from, int to) =>
            values.AsSpan(((row - segment.Start) * columns) + from - firstColumn, Math.Max(0, to - from)).Clear();

        for (var row = segment.Start; row < segment.PrefixLength; row++)
            See(row, Hidden(row), row + 1);
        foreach (var group in segment.Groups)
            foreach (var (row, own) in OwnStarts(group))
            {
                var before = segment.PrefixLength + (own == group.Start ? 0 : group.PromptLength); // positions before those of its own rows
                var hidden = Hidden(before + row - own);
                See(row, firstColumn + hidden, firstColumn + segment.PrefixLength);
                See(row, group.Start + Math.Max(0, hidden - segment.PrefixLength), Math.Min(row + 1, group.Start + group.PromptLength));
                See(row, own + Math.Max(0, hidden - before), row + 1);
            }

        using var scope = NewDisposeScope();
        return tensor(values, [rows, columns]).to(type, device).DetachFromDisposeScope();

        // The leading positions of a sequence that lie behind the window of a position.
        int Hidden(int position) => window is { } width ? Math.Max(0, position + 1 - width) : 0;
    }

    /// <summary>Each row of an example with the first row of the prompt or completion that it belongs to.</summary>
    private static IEnumerable<(int Row, int Start)> OwnStarts(RowGroup group)
    {
        var start = group.Start;
        foreach (var length in group.CompletionLengths.Prepend(group.PromptLength))
        {
            for (var row = start; row < start + length; row++)
                yield return (row, start);
            start += length;
        }
    }
}
