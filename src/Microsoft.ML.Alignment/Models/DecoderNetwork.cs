using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>How the rows of a pass attend; it also keeps keys and values where it has a cache.</summary>
/// <param name="layer">Index of the layer.</param>
/// <param name="rule">How its rows attend.</param>
/// <param name="queries">Shape <c>[N, H, d]</c>.</param>
/// <param name="keys">Shape <c>[N, K, d]</c>.</param>
/// <param name="values">Shape <c>[N, K, d]</c>.</param>
/// <returns>Shape <c>[N, H·d]</c>.</returns>
internal delegate Tensor AttendRows(int layer, AttentionRule rule, Tensor queries, Tensor keys, Tensor values);

/// <summary>
/// A decoder over rows of tokens, without padding; what differs between families is in its layout and configuration.
/// </summary>
internal sealed class DecoderNetwork : IDisposable
{
    private readonly ModelConfig _config;
    private readonly Parameter _embedding;
    private readonly Parameter? _positions;
    private readonly DecoderLayer[] _layers;
    private readonly Dictionary<RotaryConfig, RotaryAngles> _angles;
    private readonly Norm _finalNorm;

    /// <param name="config">What the configuration says.</param>
    /// <param name="weights">By name, every weight of the configuration's layout; the network's from now on.</param>
    public DecoderNetwork(ModelConfig config, IReadOnlyDictionary<string, Parameter> weights)
    {
        _config = config;
        var layout = DecoderLayout.Of(config);
        Weights = weights;
        _embedding = weights[layout.Embedding.Name];
        _positions = layout.Positions is null ? null : weights[layout.Positions.Name];
        _layers = [.. layout.Layers.Select((layer, index) => new DecoderLayer(config, layer, index, weights))];
        _angles = config.Layers.Select(layer => layer.Rotary).OfType<RotaryConfig>().Distinct()
            .ToDictionary(rotary => rotary, rotary => new RotaryAngles(rotary, config.HeadSize, _embedding.device));
        _finalNorm = NetworkParts.Norm(layout.FinalNorm, config.NormEpsilon, weights);
        Head = new(layout.IsTied ? new(layout.Head.Path, _embedding, null) : NetworkParts.Linear(layout.Head, weights));
    }

    /// <summary>Gets the weights by name; a tied head is not among them.</summary>
    public IReadOnlyDictionary<string, Parameter> Weights { get; }

    /// <summary>Gets the head, <c>[V, D]</c>.</summary>
    public LinearGroup Head { get; }

    /// <summary>Gets where the weights live.</summary>
    public Device Device => _embedding.device;

    /// <summary>Final hidden states, after the last norm, float32. Shape <c>[N, D]</c>.</summary>
    /// <param name="ids">Token ids. Shape <c>[N]</c>.</param>
    /// <param name="positions">Each token's position in its sequence. Shape <c>[N]</c>.</param>
    /// <param name="attend">How the rows attend to each other.</param>
    /// <param name="pass">Adapters and precision.</param>
    public Tensor Hidden(Tensor ids, Tensor positions, AttendRows attend, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        var turns = _angles.ToDictionary(angles => angles.Key, angles => angles.Value.Turn(positions, pass.Type));
        var x = Embedded(ids, positions); // [N, D]
        for (var index = 0; index < _layers.Length; index++)
            x = _layers[index].Run(x, _config.Layers[index].Rotary is { } rotary ? turns[rotary] : null, attend, pass);
        return _finalNorm.Apply(x).MoveToOuterDisposeScope();
    }

    /// <summary>Hidden states as the head reads them, so that its products are logits. Shape <c>[M, D]</c>.</summary>
    public Tensor ForHead(Tensor hidden) => _config.LogitScale == 1 ? hidden : hidden.Times(_config.LogitScale);

    /// <summary>Next-token logits, float32. Shape <c>[M, D]</c> to <c>[M, V]</c>.</summary>
    public Tensor Logits(Tensor hidden, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        var logits = nn.functional.linear(pass.Narrow(ForHead(hidden)), pass.Matrix(Head)).to_type(ScalarType.Float32);
        return (_config.LogitSoftCap is { } cap ? logits.Over(cap).tanh().Times(cap) : logits).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        foreach (var group in _layers.SelectMany(layer => layer.Groups).Append(Head))
            group.Dispose();
        foreach (var weight in Weights.Values)
            weight.Dispose();
        foreach (var angles in _angles.Values)
            angles.Dispose();
    }

    private Tensor Embedded(Tensor ids, Tensor positions)
    {
        var x = _embedding.RowsAt(ids);
        if (_config.EmbeddingScale != 1)
            x = x.Times(_config.EmbeddingScale);
        return _positions is null ? x : x.Plus(_positions.RowsAt(positions));
    }
}
