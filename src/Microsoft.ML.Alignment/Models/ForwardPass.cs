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
    private readonly Dictionary<Parameter, Tensor> copies = new(ReferenceEqualityComparer.Instance);

    /// <summary>Gets the type of what linear layers read and write.</summary>
    public ScalarType Type => options.Precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Applies a layer with its low-rank updates. Shape <c>[N, in]</c> to <c>[N, out]</c>, in <see cref="Type"/>.</summary>
    public Tensor Linear(Tensor x, LinearLayer layer)
    {
        var updates = adapters.UpdatesOf(layer.Path);
        LowRankUpdate[] folded = IsCopied(layer) ? [.. updates.TakeWhile(update => update.StandsStill)] : [];
        var weight = Matrix(layer, folded);
        if (folded.Length == updates.Count)
            return nn.functional.linear(x, weight, layer.Bias is null ? null : Cast(layer.Bias));
        var terms = updates.Skip(folded.Length)
            .Select(u => new LowRankTerm(Cast(u.A), Cast(u.B), u.Scale, options.Dropout && !u.StandsStill ? u.Dropout : 0)).ToArray();
        var y = LowRankLinear.Apply(x, weight, terms);
        return layer.Bias is null ? y : y.add(Cast(layer.Bias));
    }

    /// <summary>Rows in the type of linear layers.</summary>
    public Tensor Narrow(Tensor x) => x.dtype == Type ? x : x.to_type(Type);

    /// <summary>The matrix of a layer in the type of the pass. Shape <c>[out, in]</c>.</summary>
    public Tensor Matrix(LinearLayer layer) => Matrix(layer, []);

    /// <summary>Frees the copies that were made once.</summary>
    public void Dispose()
    {
        foreach (var copy in copies.Values)
            copy.Dispose();
        copies.Clear();
    }

    private Tensor Matrix(LinearLayer layer, LowRankUpdate[] folded) => IsCopied(layer) ? layer.NarrowCopy(folded) : Cast(layer.Weight);

    // Updates that stand still are folded into such a copy, which costs one rounding and saves their products in every pass.
    private bool IsCopied(LinearLayer layer) => Type != ScalarType.Float32 && !layer.Weight.requires_grad;

    // Any parameter in the type of the pass; a copy in a gradient pass is part of the graph.
    private Tensor Cast(Parameter parameter)
    {
        if (Type == ScalarType.Float32)
            return parameter;
        if (!weightsStandStill)
            return parameter.to_type(Type);
        if (!copies.TryGetValue(parameter, out var copy))
            copies[parameter] = copy = parameter.to_type(Type).DetachFromDisposeScope();
        return copy;
    }
}
