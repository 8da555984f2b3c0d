using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Generation;

/// <summary>
/// Prompts that are completed together, a token each at a time. Rows that have ended leave, and prompts that wait take their place.
/// </summary>
internal sealed class CompletionBatch : IDisposable
{
    private readonly DecoderNetwork _network;
    private readonly ForwardPass _pass;
    private readonly HashSet<int> _endTokens;
    private readonly int _positions;
    private readonly DecodingRequest _request;
    private readonly PromptQueue _waiting;
    private readonly KeyValueCache _cache;
    private readonly Generated[] _results;
    private List<Row> _rows = [];

    /// <param name="model">The model.</param>
    /// <param name="pass">How its layers compute; without gradients.</param>
    /// <param name="request">What to complete, and how.</param>
    public CompletionBatch(LanguageModel model, ForwardPass pass, DecodingRequest request)
    {
        (_network, _pass, _request) = (model.Network, pass, request);
        (_endTokens, _positions) = ([.. model.Config.EosTokenIds], model.Config.MaxPositions);
        _waiting = new(request.Prompts, request.Limits);
        _cache = new(model.Config.LayerCount);
        _results = new Generated[request.Prompts.Count];
    }

    /// <summary>Completes all prompts.</summary>
    /// <param name="cancellation">Looked at before every token.</param>
    /// <returns>The completions, in the order of the prompts.</returns>
    public Generated[] Run(CancellationToken cancellation)
    {
        while (_rows.Exists(row => !row.Ended) || !_waiting.IsEmpty)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            MakeRoom();
            if (_rows.Exists(row => !row.Ended))
                Add(_rows, ReadNewest());
            if (!_waiting.IsEmpty)
                AdmitWaiting();
        }

        Leave(_rows);
        return _results;
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    // A place is cheap while it is empty, a pass over prompts is not: newcomers come in as the batch has shrunk by a quarter.
    private void AdmitWaiting()
    {
        if (_rows.Count * 4 > _request.Limits.Rows * 3)
            return;
        Row[] admitted = [.. _waiting.Take(_rows.Count, _rows.Sum(row => row.Prompt.Length)).Select(
            index => new Row(index, _request.Prompts[index], _request.StreamOf(index))
            {
                Limit = Math.Min(_request.MaxNewTokens, _positions - _request.Prompts[index].Length),
            })];
        if (admitted.Length == 0)
            return;
        _cache.Admit([.. admitted.Select(row => row.Prompt.Length)]);
        Add(admitted, ReadPrompts(admitted));
        _rows.AddRange(admitted);
    }

    private void Add(IReadOnlyList<Row> rows, Tensor hidden) // [B, D]
    {
        var next = _request.Sampler.Next(_network.Logits(hidden, _pass), [.. rows.Select(row => row.Stream)]);
        for (var row = 0; row < rows.Count; row++)
            rows[row].Add((int)next[row], _endTokens);
    }

    private Tensor ReadPrompts(Row[] admitted)
    {
        var prompts = new PromptRows([.. admitted.Select(row => row.Prompt)]);
        var packed = prompts.Rows;
        using var masks = new AttentionMasks();
        var sources = tensor(prompts.Columns(_cache.Columns), device: _network.Device);
        var hidden = _network.Hidden(tensor(packed.Ids, device: _network.Device), tensor(packed.Positions, device: _network.Device), ReadAndKeep, _pass);
        return hidden.index_select(0, tensor(prompts.LastRows, device: _network.Device)); // [B, D]

        Tensor ReadAndKeep(int layer, AttentionRule rule, Tensor queries, Tensor keys, Tensor values)
        {
            _cache.Fill(layer, keys, values, sources);
            return PackedAttention.Attend(queries, keys, values, packed, masks, rule);
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
    private void MakeRoom()
    {
        var ended = _rows.FindAll(row => row.Ended);
        if (ended.Count == 0 || ended.Count * 4 < _rows.Count)
            return;
        Leave(ended);
        _cache.Keep([.. Enumerable.Range(0, _rows.Count).Where(row => !_rows[row].Ended).Select(row => (long)row)]);
        _rows = _rows.FindAll(row => !row.Ended);
    }

    private void Leave(List<Row> finished)
    {
        foreach (var row in finished)
            _results[row.Index] = new(row.Completion, row.HasEndToken);
    }

    private sealed class Row(int index, int[] prompt, RandomStream stream)
    {
        private readonly List<int> _completion = [];

        public int Index => index;

        public int[] Prompt => prompt;

        public RandomStream Stream => stream;

        public required int Limit { get; init; }

        public bool Ended { get; private set; }

        public bool HasEndToken { get; private set; }

        public int[] Completion => [.. _completion];

        public int Newest => _completion[^1];

        public int Length => prompt.Length + _completion.Count;

        public void Add(int token, HashSet<int> endTokens)
        {
            if (Ended)
                return;
            _completion.Add(token);
            HasEndToken = endTokens.Contains(token);
            Ended = HasEndToken || _completion.Count == Limit;
        }
    }
}

/// <summary>Prompts to complete.</summary>
/// <param name="Prompts">Token ids of each.</param>
/// <param name="MaxNewTokens">The most tokens of a completion; fewer where the prompt leaves fewer of the model's positions.</param>
/// <param name="Sampler">Takes tokens.</param>
/// <param name="StreamOf">The random numbers of a prompt, by its index.</param>
internal sealed record DecodingRequest(
    IReadOnlyList<int[]> Prompts, int MaxNewTokens, TokenSampler Sampler, Func<int, RandomStream> StreamOf)
{
    /// <summary>Gets how many are completed at once.</summary>
    public DecodingLimits Limits { get; init; } = DecodingLimits.Default;
}
