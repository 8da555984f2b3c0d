namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// One call of the attention kernel: consecutive rows that see the shared prefix and, among themselves, what the mask allows.
/// </summary>
/// <param name="Start">First row.</param>
/// <param name="Length">Rows, L.</param>
/// <param name="PrefixLength">Leading rows of the whole that these rows see besides themselves, P.</param>
/// <param name="PromptLength">Rows of the prompt, which every row behind them sees.</param>
/// <param name="CompletionLengths">Rows of each completion; a completion does not see the others.</param>
internal readonly record struct AttentionSegment(int Start, int Length, int PrefixLength, int PromptLength, int[] CompletionLengths)
{
    /// <summary>Gets the number of rows that are seen, P + L.</summary>
    public int KeyLength => PrefixLength + Length;

    /// <summary>Gets whether each row sees exactly the rows of this segment up to itself.</summary>
    public bool IsPlainCausal => PrefixLength == 0 && CompletionLengths.Length <= 1;

    /// <summary>Gets what makes the mask: equal for segments with equal masks.</summary>
    public string Shape => $"{PrefixLength}:{PromptLength}:{(IsPlainCausal ? Length : string.Join(',', CompletionLengths))}";
}

/// <summary>How packed rows are cut into calls of the attention kernel, with their masks, made once for all layers.</summary>
internal sealed class AttentionPlan
{
    private readonly Dictionary<(string Shape, ScalarType Type, DeviceType Device, int Index), Tensor> masks = [];

    public AttentionPlan(PackedRows rows)
    {
        var segments = new List<AttentionSegment>();
        if (rows.PrefixLength > 0)
            segments.Add(new(0, rows.PrefixLength, 0, rows.PrefixLength, []));
        segments.AddRange(rows.Groups
            .Where(group => group.Length > 0)
            .Select(group => new AttentionSegment(group.Start, group.Length, rows.PrefixLength, group.PromptLength, group.CompletionLengths)));
        Segments = segments;
    }

    /// <summary>Gets the segments, in row order.</summary>
    public IReadOnlyList<AttentionSegment> Segments { get; }

    /// <summary>What is added to the scores: 0 where row i sees key j, else -inf. Shape <c>[L, P + L]</c>.</summary>
    public Tensor Mask(AttentionSegment segment, ScalarType type, Device device)
    {
        var key = (segment.Shape, type, device.type, device.index);
        if (!masks.TryGetValue(key, out var mask))
            masks.Add(key, mask = MakeMask(segment, type, device));
        return mask;
    }

    private static Tensor MakeMask(AttentionSegment segment, ScalarType type, Device device)
    {
        var (rows, columns) = (segment.Length, segment.KeyLength);
        var values = new float[rows * columns];
        Array.Fill(values, float.NegativeInfinity);
        var own = OwnStarts(segment);
        for (var row = 0; row < rows; row++)
        {
            var line = values.AsSpan(row * columns, columns);
            line[..(segment.PrefixLength + Math.Min(row + 1, segment.PromptLength))].Clear();
            line[(segment.PrefixLength + own[row])..(segment.PrefixLength + row + 1)].Clear();
        }

        using var scope = NewDisposeScope();
        return tensor(values, [rows, columns]).to(type, device).DetachFromDisposeScope();
    }

    /// <summary>For each row the first row of the prompt or completion that it belongs to.</summary>
    private static int[] OwnStarts(AttentionSegment segment)
    {
        var starts = new int[segment.Length];
        var start = segment.PromptLength;
        foreach (var length in segment.CompletionLengths)
        {
            Array.Fill(starts, start, start, length);
            start += length;
        }

        return starts;
    }
}
