namespace Microsoft.ML.Alignment.Kernels;

/// <summary>Masks of the attention kernel, made once for all layers of a pass and freed with it.</summary>
internal sealed class AttentionMasks : IDisposable
{
    private readonly Dictionary<(string Shape, int? Window, ScalarType Type, DeviceType Device, int Index), Tensor> _masks = [];

    /// <summary>What is added to the scores: 0 where row i sees key j, else -inf. Shape <c>[L, keys]</c>.</summary>
    /// <param name="segment">The rows.</param>
    /// <param name="window">Positions that a row sees, its own included; null for all of its sequence before it.</param>
    /// <param name="type">Type of the mask.</param>
    /// <param name="device">Where it is wanted.</param>
    public Tensor Of(AttentionSegment segment, int? window, ScalarType type, Device device)
    {
        var key = (segment.Shape, window, type, device.type, device.index);
        if (!_masks.TryGetValue(key, out var mask))
            _masks.Add(key, mask = MakeMask(segment, window, type, device));
        return mask;
    }

    public void Dispose()
    {
        foreach (var mask in _masks.Values)
            mask.Dispose();
        _masks.Clear();
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
