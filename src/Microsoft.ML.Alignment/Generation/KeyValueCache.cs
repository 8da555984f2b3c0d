using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>
/// Keys and values of the tokens read so far. Rows are aligned at their right ends, so that all write the same column; what lies left of
/// a shorter prompt is masked.
/// </summary>
internal sealed class KeyValueCache : IDisposable
{
    private const int ColumnsAtOnce = 64;

    private readonly Tensor[] _keys; // [B, K, C, d] each
    private readonly Tensor[] _values;
    private int[] _starts = [];
    private int _shift; // columns by which the rows that were there move right
    private Tensor? _mask; // [B, 1, 1, C], float, 0 or -inf

    /// <param name="layers">Number of layers.</param>
    public KeyValueCache(int layers) => (_keys, _values) = (new Tensor[layers], new Tensor[layers]);

    /// <summary>Gets the columns written so far.</summary>
    public int Columns { get; private set; }

    /// <summary>Gets the number of rows.</summary>
    public int RowCount => _starts.Length;

    /// <summary>Makes room for more rows behind those that are there; before the first layer of the pass that reads their prompts.</summary>
    /// <param name="lengths">Tokens of each new row's prompt.</param>
    public void Admit(IReadOnlyList<int> lengths)
    {
        var columns = Math.Max(Columns, lengths.Max());
        (_shift, Columns) = (columns - Columns, columns);
        _starts = [.. _starts.Select(start => start + _shift), .. lengths.Select(length => columns - length)];
        DropMask();
    }

    /// <summary>Puts in the prompts of the rows that were admitted.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="newKeys">Keys of packed rows. Shape <c>[N, K, d]</c>.</param>
    /// <param name="newValues">Values of packed rows. Shape <c>[N, K, d]</c>.</param>
    /// <param name="sources">The packed row that stands in each column. Shape <c>[new rows · Columns]</c>.</param>
    public void Fill(int layer, Tensor newKeys, Tensor newValues, Tensor sources)
    {
        Join(_keys, layer, newKeys, sources);
        Join(_values, layer, newValues, sources);
    }

    /// <summary>Makes room for one more column; before the first layer of a step.</summary>
    public void AddColumn()
    {
        Columns++;
        if (Columns <= _keys[0].shape[2])
            return;
        Replace(Widened);
        DropMask();
    }

    /// <summary>Writes one token a row into the newest column and attends to the columns of the row that the rule lets it see.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="rule">How the rows attend.</param>
    /// <param name="queries">Shape <c>[B, H, d]</c>.</param>
    /// <param name="newKeys">Shape <c>[B, K, d]</c>.</param>
    /// <param name="newValues">Shape <c>[B, K, d]</c>.</param>
    /// <returns>Shape <c>[B, H·d]</c>.</returns>
    public Tensor Attend(int layer, AttentionRule rule, Tensor queries, Tensor newKeys, Tensor newValues)
    {
        _keys[layer].select(2, Columns - 1).copy_(newKeys);
        _values[layer].select(2, Columns - 1).copy_(newValues);
        var (rows, heads, width) = (newKeys.shape[0], newKeys.shape[1], newKeys.shape[2]);

        // Columns are positions counted from the right, so that a window is the newest columns of every row.
        var seen = rule.WindowWithin(Columns) ?? Columns; // C
        Tensor Newest(Tensor held) => held.narrow(2, Columns - seen, seen);

        // The query heads that share keys stand where products have rows, so that no key is copied. For one token a row plain products
        // are several times faster than the fused kernel.
        var grouped = queries.Times(rule.ScaleOf(width)).view(rows, heads, -1, width); // [B, K, G, d]
        var scores = rule.Capped(grouped.matmul(Newest(_keys[layer]).transpose(-1, -2)).to_type(ScalarType.Float32)); // [B, K, G, C]
        if (MaskFor() is { } hidden)
            scores.PlusInPlace(hidden.narrow(-1, Columns - seen, seen));
        var result = scores.softmax(-1).to_type(queries.dtype).matmul(Newest(_values[layer])); // [B, K, G, d]
        return result.reshape(rows, -1);
    }

    /// <summary>Keeps some rows and drops the others, with the columns on the left that only these had.</summary>
    /// <param name="rows">Indexes of the rows that stay.</param>
    public void Keep(long[] rows)
    {
        var starts = rows.Select(row => _starts[row]).ToArray();
        var unused = rows.Length == 0 ? Columns : starts.Min();
        using var index = tensor(rows, device: _keys[0].device);
        Replace(held => held.narrow(2, unused, held.shape[2] - unused).index_select(0, index));
        (_starts, Columns) = ([.. starts.Select(start => start - unused)], Columns - unused);
        DropMask();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var held in _keys.Concat(_values))
            held?.Dispose();
        DropMask();
    }

    private static Tensor Widened(Tensor held) => nn.functional.pad(held, [0, 0, 0, ColumnsAtOnce]);

    private void DropMask()
    {
        _mask?.Dispose();
        _mask = null;
    }

    private void Join(Tensor[] held, int layer, Tensor packed, Tensor sources)
    {
        using var scope = NewDisposeScope();
        var rows = sources.shape[0] / Columns;
        var joined = packed.index_select(0, sources).view(rows, Columns, packed.shape[1], packed.shape[2]).transpose(1, 2); // [B, K, C, d]
        if (rows < RowCount)
        {
            var before = held[layer].narrow(2, 0, Columns - _shift);
            joined = cat([nn.functional.pad(before, [0, 0, _shift, 0]), joined], 0);
        }

        held[layer]?.Dispose();
        held[layer] = Widened(joined).contiguous().DetachFromDisposeScope();
    }

    private Tensor? MaskFor()
    {
        if (_starts.All(start => start == 0))
            return null;
        _mask ??= MakeMask(_keys[0].device);
        return _mask.narrow(-1, 0, Columns);
    }

    private Tensor MakeMask(Device device)
    {
        using var scope = NewDisposeScope();
        var columns = tensor(Enumerable.Range(0, (int)_keys[0].shape[2]).Select(column => (long)column).ToArray(), device: device).unsqueeze(0);
        var hidden = columns.lt(tensor(_starts, device: device).unsqueeze(1)); // [B, C]
        var result = zeros(hidden.shape, ScalarType.Float32, device).FillInPlace(hidden, float.NegativeInfinity);
        return result.unsqueeze(1).unsqueeze(1).DetachFromDisposeScope();
    }

    private void Replace(Func<Tensor, Tensor> change)
    {
        foreach (var held in new[] { _keys, _values })
        {
            for (var layer = 0; layer < held.Length; layer++)
            {
                var changed = change(held[layer]).DetachFromDisposeScope();
                held[layer].Dispose();
                held[layer] = changed;
            }
        }
    }
}
