using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>Completions that are written together, a token each at a time. Rows come and leave between steps. For one thread.</summary>
/// <param name="network">The network; borrowed.</param>
/// <param name="pass">How its layers compute; without gradients.</param>
/// <param name="layers">The number of its layers.</param>
internal sealed class DecodingBatch(DecoderNetwork network, ForwardPass pass, int layers) : IDisposable
{
    private readonly KeyValueCache _cache = new(layers);
    private List<DecodingRow> _rows = [];

    /// <summary>Gets the rows, with those that have ended and not left yet.</summary>
    public IReadOnlyList<DecodingRow> Rows => _rows;

    /// <summary>Gets the tokens of the rows' prompts.</summary>
    public int PromptTokens => _rows.Sum(row => row.Prompt.Length);

    /// <summary>Gets whether a row has not ended.</summary>
    public bool IsWriting => _rows.Exists(row => !row.Ended);

    /// <summary>Lets rows that have ended leave, and writes a token of each that has not.</summary>
    public void Step()
    {
        using var scope = NewDisposeScope();
        MakeRoom();
        if (IsWriting)
            Add(_rows, ReadNewest());
    }

    /// <summary>Reads prompts, which writes their first tokens, and takes them in; at least one.</summary>
    public void Admit(IReadOnlyList<DecodingRow> rows)
    {
        using var scope = NewDisposeScope();
        _cache.Admit([.. rows.Select(row => row.Prompt.Length)]);
        Add(rows, ReadPrompts(rows));
        _rows.AddRange(rows);
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private void Add(IReadOnlyList<DecodingRow> rows, Tensor hidden) // [B, D]
    {
        var logits = network.Logits(hidden, pass); // [B, V]
        foreach (var alike in Enumerable.Range(0, rows.Count).GroupBy(row => rows[row].Sampler))
        {
            int[] places = [.. alike];
            var chosen = Array.ConvertAll(places, place => (long)place);
            var theirs = places.Length == rows.Count ? logits : logits.index_select(0, tensor(chosen, device: network.Device));
            var next = alike.Key.Next(theirs, [.. places.Select(place => rows[place].Stream)]);
            for (var index = 0; index < places.Length; index++)
                rows[places[index]].Add((int)next[index]);
        }
    }

    private Tensor ReadPrompts(IReadOnlyList<DecodingRow> admitted)
    {
        var prompts = new PromptRows([.. admitted.Select(row => row.Prompt)]);
        var packed = prompts.Rows;
        using var masks = new AttentionMasks();
        var sources = tensor(prompts.Columns(_cache.Columns), device: network.Device);
        var hidden = network.Hidden(tensor(packed.Ids, device: network.Device), tensor(packed.Positions, device: network.Device), ReadAndKeep, pass);
        return hidden.index_select(0, tensor(prompts.LastRows, device: network.Device)); // [B, D]

        Tensor ReadAndKeep(int layer, AttentionRule rule, Tensor queries, Tensor keys, Tensor values)
        {
            _cache.Fill(layer, keys, values, sources);
            return PackedAttention.Attend(queries, keys, values, packed, masks, rule);
        }
    }

    private Tensor ReadNewest()
    {
        _cache.AddColumn();
        var ids = tensor(_rows.Select(row => (long)row.Newest).ToArray(), device: network.Device);
        var positions = tensor(_rows.Select(row => (long)row.Length - 1).ToArray(), device: network.Device);
        return network.Hidden(ids, positions, _cache.Attend, pass);
    }

    // Dropping copies the cache, so it waits until a quarter of the rows has ended. Another thread may end a row at any time.
    private void MakeRoom()
    {
        int[] writing = [.. Enumerable.Range(0, _rows.Count).Where(row => !_rows[row].Ended)];
        var ended = _rows.Count - writing.Length;
        if (ended == 0 || ended * 4 < _rows.Count)
            return;
        _cache.Keep([.. writing.Select(row => (long)row)]);
        _rows = [.. writing.Select(row => _rows[row])];
    }
}
