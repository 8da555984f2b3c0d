using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>x / sqrt(mean(x²) + eps) · weight over the last dimension (Zhang and Sennrich, 2019, arXiv:1910.07467, eq. 4).</summary>
/// <remarks>Computed in float32 whatever the type. With gradients only x, the weight and one number a row are kept.</remarks>
internal static class RmsNorm
{
    /// <summary>Normalises rows; the result has the type of <paramref name="x"/>.</summary>
    /// <param name="x">Shape <c>[N, D]</c>.</param>
    /// <param name="weight">Shape <c>[D]</c>.</param>
    /// <param name="eps">The term beside the mean square; above 0.</param>
    public static Tensor Apply(Tensor x, Tensor weight, double eps)
    {
        if (!PlainKernels.AreForced && is_grad_enabled() && (x.requires_grad || weight.requires_grad))
            return Function.Apply(x, weight, eps);
        using var scope = NewDisposeScope();
        return Normalise(x, weight, eps).Result.MoveToOuterDisposeScope();
    }

    private static (Tensor Result, Tensor InverseRoot) Normalise(Tensor x, Tensor weight, double eps)
    {
        var wide = x.to_type(ScalarType.Float32);
        var inverseRoot = wide.Squared().mean([-1], keepdim: true).PlusInPlace(eps).rsqrt_(); // [N, 1]
        return (wide.mul(inverseRoot).mul_(weight.to_type(ScalarType.Float32)).to_type(x.dtype), inverseRoot);
    }

    private sealed class Function : KernelFunction<Function>
    {
        public static Tensor Apply(Tensor x, Tensor weight, double eps) => Run(x, weight, eps);

        protected override Tensor Forward(SavedForBackward saved, object[] inputs)
        {
            var (x, weight) = ((Tensor)inputs[0], (Tensor)inputs[1]);
            var (result, inverseRoot) = Normalise(x, weight, (double)inputs[2]);
            saved.Keep(x, weight, inverseRoot);
            return result;
        }

        // With n = x r and u = g · weight: dx = r (u - n mean(u n)), dweight = sum over rows of g n.
        protected override Tensor?[] Backward(SavedForBackward saved, Tensor gradient)
        {
            var (x, weight, inverseRoot) = (saved[0], saved[1], saved[2]);
            var normalised = x.to_type(ScalarType.Float32).mul(inverseRoot);
            var wide = gradient.to_type(ScalarType.Float32);
            var weightGradient = saved.NeedsGradient(1) ? wide.mul(normalised).sum([0L]).to_type(weight.dtype) : null;
            if (!saved.NeedsGradient(0))
                return [null, weightGradient, null];
            var inner = wide.mul(weight.to_type(ScalarType.Float32));
            var share = inner.mul(normalised).mean([-1], keepdim: true);
            return [inner.sub_(normalised.mul_(share)).mul_(inverseRoot).to_type(x.dtype), weightGradient, null];
        }
    }
}
