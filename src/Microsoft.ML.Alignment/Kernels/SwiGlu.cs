using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>silu(gate) · up, element by element (Shazeer, 2020, arXiv:2002.05202, eq. 6).</summary>
/// <remarks>
/// With gradients only gate and up are kept; autograd would keep silu(gate) too, a quarter of the memory of such a block.
/// </remarks>
internal static class SwiGlu
{
    /// <summary>Gates rows. All shapes <c>[N, F]</c>.</summary>
    /// <param name="gate">Goes through silu.</param>
    /// <param name="up">Of the same type.</param>
    public static Tensor Apply(Tensor gate, Tensor up)
    {
        if (PlainKernels.AreForced)
            return nn.functional.silu(gate) * up;
        if (is_grad_enabled() && (gate.requires_grad || up.requires_grad))
            return Function.Apply(gate, up);
        using var scope = NewDisposeScope();
        return nn.functional.silu(gate).mul_(up).MoveToOuterDisposeScope();
    }

    private sealed class Function : KernelFunction<Function>
    {
        public static Tensor Apply(Tensor gate, Tensor up) => Run(gate, up);

        protected override Tensor Forward(SavedForBackward saved, object[] inputs)
        {
            var (gate, up) = ((Tensor)inputs[0], (Tensor)inputs[1]);
            saved.Keep(gate, up);
            return nn.functional.silu(gate).mul_(up);
        }

        // silu'(g) = s (1 + g (1 - s)) = s + silu(g) (1 - s), s the sigmoid of g.
        protected override Tensor?[] Backward(SavedForBackward saved, Tensor gradient)
        {
            var (gate, up) = (saved[0], saved[1]);
            var sigmoid = gate.sigmoid();
            var silu = gate.mul(sigmoid);
            var upGradient = gradient.mul(silu);
            var slope = silu.mul_(sigmoid.neg().PlusInPlace(1)).PlusInPlace(sigmoid);
            return [slope.mul_(gradient).mul_(up), upGradient];
        }
    }
}
