using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>Prompts that are completed together, a token each at a time.</summary>
internal sealed class CompletionBatch : IDisposable
{
    private readonly DecoderNetwork _network;
    private readonly ForwardPass _pass;
    private readonly HashSet<int> _endTokens;
    private readonly int _maxNewTokens;
    private readonly KeyValueCache _cache;
    private List<Row> _rows;

    /// <param name="model">The model.</param>
    /// <param name="pass">How its layers compute; without gradients.</param>
    /// <param name="prompts">All prompts of the call.</param>
    /// <param name="batch">Indexes of those of this batch.</param>
    /// <param name="options">Limit and seed.</param>
    public CompletionBatch(LanguageModel model, ForwardPass pass, IReadOnlyList<int[]> prompts, int[] batch, GenerationOptions options)
    {
        (_network, _pass, _maxNewTokens) = (model.Network, pass, options.MaxNewTokens);
        _endTokens = [.. model.Config.EosTokenIds];
        _rows = [.. batch.Select(index => new Row(index, prompts[index], new(options.Seed, index)))];
        _cache = new(model.Config.LayerCount, [.. _rows.Select(row => row.Prompt.Length)]);
    }

    /// <summary>Writes the completions into the results, at the prompts' indexes.</summary>
    public void Run(TokenSampler sampler, Generated[] results, CancellationToken cancellation)
    {
        for (var token = 0; token < _maxNewTokens && _rows.Exists(row => !row.Ended); token++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            if (token > 0)
                DropEndedRows(results);
            var hidden = token == 0 ? ReadPrompts() : ReadNewest(); // [B, D]
            var next = sampler.Next(_network.Logits(hidden, _pass), [.. _rows.Select(row => row.Stream)]);
            for (var row = 0; row < _rows.Count; row++)
                _rows[row].Add((int)next[row], _endTokens);
        }

        Write(_rows, results);
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private Tensor ReadPrompts()
    {
        var prompts = new PromptRows([.. _rows.Select(row => row.Prompt)]);
        var packed = prompts.Rows;
        var sources = tensor(prompts.Columns(_cache.Columns), device: _network.Device);
        var hidden = _network.Hidden(tensor(packed.Ids, device: _network.Device), tensor(packed.Positions, device: _network.Device), ReadAndKeep, _pass);
        return hidden.index_select(0, tensor(prompts.LastRows, device: _network.Device)); // [B, D]

        Tensor ReadAndKeep(int layer, Tensor queries, Tensor keys, Tensor values)
        {
            _cache.Fill(layer, keys, values, sources);
            return PackedAttention.Attend(queries, keys, values, packed);
        }
    }

    private Tensor ReadNewest()
    {
        _cache.AddColumn();
        var ids = tensor(_rows.Select(row => (long)row.Newest).ToArray(), device: _network.Device);
        var positions = tensor(_rows.Select(row => (long)row.Length - 1).ToArray(), device: _network.Device);
        return _network.Hidden(ids, positions, _cache.Attend, _pass);
    }

    // Dropping copies the cache, so it waits until a quarter of the rows has ended.
    private void DropEndedRows(Generated[] results)
    {
        var ended = _rows.FindAll(row => row.Ended);
        if (ended.Count * 4 < _rows.Count)
            return;
        Write(ended, results);
        _cache.Keep([.. Enumerable.Range(0, _rows.Count).Where(row => !_rows[row].Ended).Select(row => (long)row)]);
        _rows = _rows.FindAll(row => !row.Ended);
    }

    private static void Write(List<Row> finished, Generated[] results)
    {
        foreach (var row in finished)
            results[row.Index] = new(row.Completion, row.Ended);
    }

    private sealed class Row(int index, int[] prompt, RandomStream stream)
    {
        private readonly List<int> _completion = [];

        public int Index => index;

        public int[] Prompt => prompt;

        public RandomStream Stream => stream;

        public bool Ended { get; private set; }

        public int[] Completion => [.. _completion];

        public int Newest => _completion[^1];

        public int Length => prompt.Length + _completion.Count;

        public void Add(int token, HashSet<int> endTokens)
        {
            if (Ended)
                return;
            _completion.Add(token);
            Ended = endTokens.Contains(token);
        }
    }
}
