using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>How the rows of a pass attend; it also keeps keys and values where it has a cache.</summary>
/// <param name="layer">Index of the layer.</param>
/// <param name="queries">Shape <c>[N, H, d]</c>.</param>
/// <param name="keys">Shape <c>[N, K, d]</c>.</param>
/// <param name="values">Shape <c>[N, K, d]</c>.</param>
/// <returns>Shape <c>[N, H·d]</c>.</returns>
internal delegate Tensor AttendRows(int layer, Tensor queries, Tensor keys, Tensor values);

/// <summary>
/// A pre-norm decoder over rows of tokens, without padding; what differs between families is in its layout and configuration.
/// </summary>
internal sealed class DecoderNetwork : IDisposable
{
    private readonly ModelConfig _config;
    private readonly Parameter _embedding;
    private readonly Layer[] _layers;
    private readonly Parameter _finalNorm;
    private readonly Tensor _frequencies; // [d / 2]

    /// <param name="config">What the configuration says.</param>
    /// <param name="weights">By name, every weight of the configuration's layout; the network's from now on.</param>
    public DecoderNetwork(ModelConfig config, IReadOnlyDictionary<string, Parameter> weights)
    {
        _config = config;
        var layout = DecoderLayout.Of(config);
        Weights = weights;
        _embedding = weights[layout.Embedding.Name];
        _layers = [.. layout.Layers.Select(layer => new Layer(layer, weights))];
        _finalNorm = weights[layout.FinalNorm.Name];
        Head = new(layout.IsTied ? new(layout.Head.Path, _embedding, null) : Linear(layout.Head, weights));
        _frequencies = tensor(config.Rotary.Frequencies(config.HeadSize), device: _embedding.device).DetachFromDisposeScope();
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
        var turn = Turn(positions, pass.Type);
        var x = _embedding.index_select(0, ids); // [N, D]
        for (var index = 0; index < _layers.Length; index++)
            x = RunLayer(index, x, turn, attend, pass);
        return RmsNorm.Apply(x, _finalNorm, _config.NormEpsilon).MoveToOuterDisposeScope();
    }

    /// <summary>Next-token logits, float32. Shape <c>[M, D]</c> to <c>[M, V]</c>.</summary>
    public Tensor Logits(Tensor hidden, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        var logits = nn.functional.linear(pass.Narrow(hidden), pass.Matrix(Head));
        return logits.to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        foreach (var group in _layers.SelectMany(layer => layer.Groups).Append(Head))
            group.Dispose();
        foreach (var weight in Weights.Values)
            weight.Dispose();
        _frequencies.Dispose();
    }

    // A scope a layer frees what autograd did not save before the next layer runs.
    private Tensor RunLayer(int index, Tensor x, (Tensor Cos, Tensor Sin) turn, AttendRows attend, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        var layer = _layers[index];
        var normed = pass.Narrow(RmsNorm.Apply(x, layer.AttentionNorm, _config.NormEpsilon));
        var read = pass.Linears(normed, layer.QueryKeyValue);
        var queries = RotaryEmbedding.Apply(Heads(read[0]), turn.Cos, turn.Sin); // [N, H, d]
        var keys = RotaryEmbedding.Apply(Heads(read[1]), turn.Cos, turn.Sin); // [N, K, d]
        var attended = attend(index, queries, keys, Heads(read[2])); // [N, H·d]
        var middle = x.Plus(pass.Linear(attended, layer.Output));
        normed = pass.Narrow(RmsNorm.Apply(middle, layer.MlpNorm, _config.NormEpsilon));
        read = pass.Linears(normed, layer.GateUp);
        var gated = SwiGlu.Apply(read[0], read[1]);
        return middle.Plus(pass.Linear(gated, layer.Down)).MoveToOuterDisposeScope();
    }

    private Tensor Heads(Tensor rows) => rows.view(rows.shape[0], -1, _config.HeadSize);

    // Cosines and sines of the rows' angles, both halves of a head alike. Shape [N, 1, d].
    private (Tensor Cos, Tensor Sin) Turn(Tensor positions, ScalarType type)
    {
        var half = positions.to_type(ScalarType.Float32).unsqueeze(1) * _frequencies; // [N, d / 2]
        var angles = cat([half, half], -1).unsqueeze(1); // [N, 1, d]
        return (angles.cos().to_type(type), angles.sin().to_type(type));
    }

    private static LinearLayer Linear(LinearSpec spec, IReadOnlyDictionary<string, Parameter> weights) =>
        new(spec.Path, weights[$"{spec.Path}.weight"], spec.HasBias ? weights[$"{spec.Path}.bias"] : null);

    private sealed class Layer(LayerSpec spec, IReadOnlyDictionary<string, Parameter> weights)
    {
        public Parameter AttentionNorm { get; } = weights[spec.AttentionNorm.Name];
        public LinearGroup QueryKeyValue { get; } =
            new(Linear(spec.Query, weights), Linear(spec.Key, weights), Linear(spec.Value, weights));
        public LinearGroup Output { get; } = new(Linear(spec.Output, weights));
        public Parameter MlpNorm { get; } = weights[spec.MlpNorm.Name];
        public LinearGroup GateUp { get; } = new(Linear(spec.Gate, weights), Linear(spec.Up, weights));
        public LinearGroup Down { get; } = new(Linear(spec.Down, weights));

        public IEnumerable<LinearGroup> Groups => [QueryKeyValue, Output, GateUp, Down];
    }
}
