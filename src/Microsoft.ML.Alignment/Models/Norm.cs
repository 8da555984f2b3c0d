using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Kernels;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Models;

/// <summary>A norm over the last dimension of rows.</summary>
/// <param name="kind">How it computes.</param>
/// <param name="weight">Its scale. Shape <c>[width]</c>.</param>
/// <param name="bias">What it adds, of a layer norm; else null. Shape <c>[width]</c>.</param>
/// <param name="epsilon">The term under the root.</param>
internal sealed class Norm(NormKind kind, Parameter weight, Parameter? bias, double epsilon)
{
    /// <summary>Normalises rows; the result has their type. Shape <c>[…, width]</c>.</summary>
    public Tensor Apply(Tensor rows) => kind switch
    {
        NormKind.Rms => RmsNorm.Apply(rows, weight, epsilon),
        NormKind.RmsPlusOne => RmsNorm.Apply(rows, weight.Plus(1), epsilon),
        _ => nn.functional.layer_norm(rows.to_type(weight.dtype), weight.shape, weight, bias, epsilon).to_type(rows.dtype),
    };
}
