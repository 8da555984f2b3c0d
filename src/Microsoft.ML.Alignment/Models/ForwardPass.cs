using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>
/// What one forward pass, or the many of one generation, computes linear layers with: the adapters and the precision. Copies in bfloat16
/// of weights that may train are made for each use, or once where the weights stand still.
/// </summary>
/// <param name="adapters">The adapters, all active, in order.</param>
/// <param name="options">Precision and dropout.</param>
/// <param name="weightsStandStill">Whether no weight changes and no gradient is wanted until <see cref="Dispose"/>.</param>
internal sealed class ForwardPass(AdapterStack adapters, ForwardOptions options, bool weightsStandStill = false) : IDisposable
{
    private readonly Dictionary<object, Tensor> _copies = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, LowRankStack> _stacks = new(ReferenceEqualityComparer.Instance);

    /// <summary>Gets the type of what linear layers read and write.</summary>
    public ScalarType Type => options.Precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Applies a layer that alone reads its rows. Shape <c>[N, in]</c> to <c>[N, out]</c>, in <see cref="Type"/>.</summary>
    public Tensor Linear(Tensor x, LinearGroup layer) => Linears(x, layer)[0];

    /// <summary>Applies layers with their low-rank updates. Shape <c>[N, in]</c> to <c>[N, out]</c> each, in <see cref="Type"/>.</summary>
    public Tensor[] Linears(Tensor x, LinearGroup group) =>
        IsCopied(group) ? AsOne(x, group) : [.. group.Layers.Select(layer => Alone(x, layer))];

    /// <summary>Rows in the type of linear layers.</summary>
    public Tensor Narrow(Tensor x) => x.dtype == Type ? x : x.to_type(Type);

    /// <summary>The matrix of a layer that alone reads its rows, in the type of the pass. Shape <c>[out, in]</c>.</summary>
    public Tensor Matrix(LinearGroup layer) => IsCopied(layer) ? layer.NarrowCopy([[]]) : Matrix(layer.Layers[0]);

    /// <summary>Frees the copies that were made once.</summary>
    public void Dispose()
    {
        foreach (var copy in _copies.Values.Concat(_stacks.Values.SelectMany(stack => new[] { stack.A, stack.B })))
            copy.Dispose();
        _copies.Clear();
        _stacks.Clear();
    }

    private Tensor[] AsOne(Tensor x, LinearGroup group)
    {
        var updates = group.Layers.Select(layer => adapters.UpdatesOf(layer.Path)).ToArray();
        var folded = updates.Select(ofLayer => ofLayer.TakeWhile(update => update.StandsStill).ToArray()).ToArray();
        var terms = new List<LowRankTerm>();
        for (var (index, first) = (0, 0L); index < updates.Length; first += group.Outputs[index++])
            terms.AddRange(Terms(updates[index].Skip(folded[index].Length), first));
        var y = Apply(x, group.NarrowCopy(folded), [.. terms], group);
        var parts = group.Layers.Count == 1 ? [y] : y.split(group.Outputs, 1);
        return [.. parts.Zip(group.Layers, WithBias)];
    }

    private Tensor Alone(Tensor x, LinearLayer layer) =>
        WithBias(Apply(x, Matrix(layer), [.. Terms(adapters.UpdatesOf(layer.Path), 0)], layer), layer);

    private Tensor Apply(Tensor x, Tensor weight, LowRankTerm[] terms, object owner) =>
        terms.Length == 0 ? nn.functional.linear(x, weight) : LowRankLinear.Apply(x, weight, Stack(terms, weight.shape[0], owner));

    private Tensor WithBias(Tensor y, LinearLayer layer) => layer.Bias is null ? y : y.Plus(Cast(layer.Bias));

    private Tensor Matrix(LinearLayer layer) => layer.Matrix(Cast(layer.Weight));

    private IEnumerable<LowRankTerm> Terms(IEnumerable<LowRankUpdate> updates, long first) =>
        updates.Select(u => new LowRankTerm(u.A, u.B, u.Scale, DropoutOf(u), first));

    private InputDropout? DropoutOf(LowRankUpdate update) =>
        options.Dropout && update.Dropout > 0 && !update.StandsStill ? new(update.Dropout, adapters.Dropout) : null;

    // Updates that stand still are folded into such a copy, which costs one rounding and saves their products in every pass.
    private bool IsCopied(LinearGroup group) => Type != ScalarType.Float32 && !group.Trains;

    private LowRankStack Stack(LowRankTerm[] terms, long outputs, object owner)
    {
        if (!weightsStandStill)
            return LowRankStack.Of(terms, outputs, Type);
        if (!_stacks.TryGetValue(owner, out var stack))
        {
            _stacks[owner] = stack = LowRankStack.Of(terms, outputs, Type);
            stack.A.DetachFromDisposeScope();
            stack.B.DetachFromDisposeScope();
        }

        return stack;
    }

    // Any parameter in the type of the pass; a copy in a gradient pass is part of the graph.
    private Tensor Cast(Parameter parameter)
    {
        if (Type == ScalarType.Float32)
            return parameter;
        if (!weightsStandStill)
            return parameter.to_type(Type);
        if (!_copies.TryGetValue(parameter, out var copy))
            _copies[parameter] = copy = parameter.to_type(Type).DetachFromDisposeScope();
        return copy;
    }
}
