using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>One layer of a decoder: attention and feed-forward block, each added to the residual stream.</summary>
internal sealed class DecoderLayer
{
    private readonly ModelConfig _config;
    private readonly AttentionRule _rule;
    private readonly int _index;
    private readonly Norm? _attentionNorm;
    private readonly LinearGroup _queryKeyValue;
    private readonly Norm? _queryNorm;
    private readonly Norm? _keyNorm;
    private readonly LinearGroup _output;
    private readonly Norm? _addedAttentionNorm;
    private readonly Norm? _mlpNorm;
    private readonly LinearGroup _gateUp;
    private readonly LinearGroup _down;
    private readonly Norm? _addedMlpNorm;

    /// <param name="config">What the configuration says.</param>
    /// <param name="spec">The layer's weights.</param>
    /// <param name="index">Its index.</param>
    /// <param name="weights">All weights of the network, by name.</param>
    public DecoderLayer(ModelConfig config, LayerSpec spec, int index, IReadOnlyDictionary<string, Parameter> weights)
    {
        (_config, _index) = (config, index);
        _rule = new(config.AttentionScale, config.AttentionSoftCap, config.Layers[index].Window);
        (_attentionNorm, _queryNorm, _keyNorm) = (Norm(spec.AttentionNorm), Norm(spec.QueryNorm), Norm(spec.KeyNorm));
        (_addedAttentionNorm, _mlpNorm, _addedMlpNorm) = (Norm(spec.AddedAttentionNorm), Norm(spec.MlpNorm), Norm(spec.AddedMlpNorm));
        (_queryKeyValue, _output) = (Group([.. spec.QueryKeyValue]), Group(spec.Output));
        (_gateUp, _down) = (Group([.. spec.GateUp]), Group(spec.Down));

        Norm? Norm(NormSpec? norm) => norm is null ? null : NetworkParts.Norm(norm, config.NormEpsilon, weights);
        LinearGroup Group(params LinearSpec[] linears) => new([.. linears.Select(linear => NetworkParts.Linear(linear, weights))]);
    }

    /// <summary>Gets the linear layers.</summary>
    public IEnumerable<LinearGroup> Groups => [_queryKeyValue, _output, _gateUp, _down];

    /// <summary>Runs the layer. Shape <c>[N, D]</c>.</summary>
    /// <param name="x">The residual stream.</param>
    /// <param name="turn">Cosines and sines by which queries and keys turn; null if they do not.</param>
    /// <param name="attend">How the rows attend to each other.</param>
    /// <param name="pass">Adapters and precision.</param>
    public Tensor Run(Tensor x, (Tensor Cos, Tensor Sin)? turn, AttendRows attend, ForwardPass pass)
    {
        // The scope frees what autograd did not save before the next layer runs.
        using var scope = NewDisposeScope();
        var middle = Add(x, Attention(Normed(x, _attentionNorm, pass), turn, attend, pass), _addedAttentionNorm);
        var read = pass.Linears(Normed(middle, _mlpNorm, pass), _gateUp);
        var inner = FeedForward.Apply(read, _config.Activation, _config.Family.Names.IsGated);
        return Add(middle, pass.Linear(inner, _down), _addedMlpNorm).MoveToOuterDisposeScope();
    }

    private Tensor Attention(Tensor normed, (Tensor Cos, Tensor Sin)? turn, AttendRows attend, ForwardPass pass)
    {
        var read = pass.Linears(normed, _queryKeyValue);
        if (read.Length == 1)
        {
            var (queryWidth, keyWidth) = ((long)_config.HeadCount * _config.HeadSize, (long)_config.KeyValueHeadCount * _config.HeadSize);
            read = read[0].split([queryWidth, keyWidth, keyWidth], 1);
        }

        var queries = Turned(Heads(read[0], _queryNorm), turn); // [N, H, d]
        var keys = Turned(Heads(read[1], _keyNorm), turn); // [N, K, d]
        return pass.Linear(attend(_index, _rule, queries, keys, Heads(read[2], null)), _output);
    }

    private static Tensor Normed(Tensor x, Norm? norm, ForwardPass pass) => pass.Narrow(norm is null ? x : norm.Apply(x));

    private Tensor Add(Tensor x, Tensor added, Norm? norm)
    {
        if (norm is not null)
            added = norm.Apply(added);
        return x.Plus(_config.ResidualScale == 1 ? added : added.Times(_config.ResidualScale));
    }

    private Tensor Heads(Tensor rows, Norm? norm)
    {
        Tensor Split(Tensor x) => x.view(x.shape[0], -1, _config.HeadSize);
        if (norm is null)
            return Split(rows);
        return _config.QueryKeyNorm == QueryKeyNorm.Whole ? Split(norm.Apply(rows)) : norm.Apply(Split(rows));
    }

    private static Tensor Turned(Tensor heads, (Tensor Cos, Tensor Sin)? turn) =>
        turn is var (cos, sin) ? RotaryEmbedding.Apply(heads, cos, sin) : heads;
}

/// <summary>Puts weights in the place of their specifications.</summary>
internal static class NetworkParts
{
    /// <summary>A linear layer.</summary>
    public static LinearLayer Linear(LinearSpec spec, IReadOnlyDictionary<string, Parameter> weights) =>
        new(spec.Path, weights[$"{spec.Path}.weight"], spec.HasBias ? weights[$"{spec.Path}.bias"] : null, spec.IsTransposed);

    /// <summary>A norm.</summary>
    public static Norm Norm(NormSpec spec, double epsilon, IReadOnlyDictionary<string, Parameter> weights) =>
        new(spec.Kind, weights[$"{spec.Path}.weight"], weights.GetValueOrDefault($"{spec.Path}.bias"), epsilon);
}
