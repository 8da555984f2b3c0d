using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>Prompts that are completed together, a token each at a time.</summary>
internal sealed class CompletionBatch : IDisposable
{
    private readonly DecoderNetwork network;
    private readonly ForwardPass pass;
    private readonly HashSet<int> endTokens;
    private readonly int maxNewTokens;
    private readonly KeyValueCache cache;
    private List<Row> rows;

    /// <param name="model">The model.</param>
    /// <param name="pass">How its layers compute; without gradients.</param>
    /// <param name="prompts">All prompts of the call.</param>
    /// <param name="batch">Indexes of those of this batch.</param>
    /// <param name="options">Limit and seed.</param>
    public CompletionBatch(LanguageModel model, ForwardPass pass, IReadOnlyList<int[]> prompts, int[] batch, GenerationOptions options)
    {
        (network, this.pass, maxNewTokens) = (model.Network, pass, options.MaxNewTokens);
        endTokens = [.. model.Config.EosTokenIds];
        rows = [.. batch.Select(index => new Row(index, prompts[index], new(options.Seed, index)))];
        cache = new(model.Config.LayerCount, [.. rows.Select(row => row.Prompt.Length)]);
    }

    /// <summary>Writes the completions into the results, at the prompts' indexes.</summary>
    public void Run(TokenSampler sampler, Generated[] results, CancellationToken cancellation)
    {
        for (var token = 0; token < maxNewTokens && rows.Exists(row => !row.Ended); token++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            if (token > 0)
                DropEndedRows(results);
            var hidden = token == 0 ? ReadPrompts() : ReadNewest(); // [B, D]
            var next = sampler.Next(network.Logits(hidden, pass), [.. rows.Select(row => row.Stream)]);
            for (var row = 0; row < rows.Count; row++)
                rows[row].Add((int)next[row], endTokens);
        }

        Write(rows, results);
    }

    /// <inheritdoc/>
    public void Dispose() => cache.Dispose();

    private Tensor ReadPrompts()
    {
        var prompts = new PromptRows([.. rows.Select(row => row.Prompt)]);
        var packed = prompts.Rows;
        var sources = tensor(prompts.Columns(cache.Columns), device: network.Device);
        var hidden = network.Hidden(tensor(packed.Ids, device: network.Device), tensor(packed.Positions, device: network.Device), ReadAndKeep, pass);
        return hidden.index_select(0, tensor(prompts.LastRows, device: network.Device)); // [B, D]

        Tensor ReadAndKeep(int layer, Tensor queries, Tensor keys, Tensor values)
        {
            cache.Fill(layer, keys, values, sources);
            return PackedAttention.Attend(queries, keys, values, packed);
        }
    }

    private Tensor ReadNewest()
    {
        cache.AddColumn();
        var ids = tensor(rows.Select(row => (long)row.Newest).ToArray(), device: network.Device);
        var positions = tensor(rows.Select(row => (long)row.Length - 1).ToArray(), device: network.Device);
        return network.Hidden(ids, positions, cache.Attend, pass);
    }

    // Dropping copies the cache, so it waits until a quarter of the rows has ended.
    private void DropEndedRows(Generated[] results)
    {
        var ended = rows.FindAll(row => row.Ended);
        if (ended.Count * 4 < rows.Count)
            return;
        Write(ended, results);
        cache.Keep([.. Enumerable.Range(0, rows.Count).Where(row => !rows[row].Ended).Select(row => (long)row)]);
        rows = rows.FindAll(row => !row.Ended);
    }

    private static void Write(List<Row> finished, Generated[] results)
    {
        foreach (var row in finished)
            results[row.Index] = new(row.Completion, row.Ended);
    }

    private sealed class Row(int index, int[] prompt, RandomStream stream)
    {
        private readonly List<int> completion = [];

        public int Index => index;

        public int[] Prompt => prompt;

        public RandomStream Stream => stream;

        public bool Ended { get; private set; }

        public int[] Completion => [.. completion];

        public int Newest => completion[^1];

        public int Length => prompt.Length + completion.Count;

        public void Add(int token, HashSet<int> endTokens)
        {
            if (Ended)
                return;
            completion.Add(token);
            Ended = endTokens.Contains(token);
        }
    }
}
