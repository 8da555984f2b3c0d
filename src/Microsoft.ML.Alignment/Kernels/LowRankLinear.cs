using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// y = x W^T + Σ scale (x A^T) B^T (Hu et al., 2021, arXiv:2106.09685, eq. 3), for one layer or several that read the same rows.
/// </summary>
internal static class LowRankLinear
{
    /// <summary>Applies the layers. Shape <c>[N, in]</c> to <c>[N, out]</c>.</summary>
    /// <param name="x">Shape <c>[N, in]</c>.</param>
    /// <param name="weight">Of the same type. Shape <c>[out, in]</c>.</param>
    /// <param name="stack">The updates, of the same type; any of them, and the weight, may train.</param>
    public static Tensor Apply(Tensor x, Tensor weight, LowRankStack stack)
    {
        if (PlainKernels.AreForced || stack.Terms.Any(term => term.Dropout is not null))
            return WithDropout(x, weight, stack.Terms);
        if (is_grad_enabled())
            return Function.Apply(x, weight, stack);
        using var scope = NewDisposeScope();
        return Compute(x, weight, stack).Result.MoveToOuterDisposeScope();
    }

    private static (Tensor Result, Tensor Inner) Compute(Tensor x, Tensor weight, LowRankStack stack)
    {
        var inner = nn.functional.linear(x, stack.A); // [N, K]
        return (nn.functional.linear(x, weight).addmm_(inner, stack.B.t()), inner);
    }

    // Each term drops inputs of its own.
    private static Tensor WithDropout(Tensor x, Tensor weight, IReadOnlyList<LowRankTerm> terms)
    {
        using var scope = NewDisposeScope();
        var y = nn.functional.linear(x, weight);
        foreach (var term in terms)
        {
            var kept = term.Dropout is { } dropout ? dropout.Stream.Drop(x, dropout.Share) : x;
            var inner = nn.functional.linear(kept, term.A.to_type(x.dtype)); // [N, R]
            y.narrow(1, term.FirstOutput, term.Outputs).addmm_(inner, term.B.to_type(x.dtype).t(), beta: 1f, alpha: (float)term.Scale);
        }

        return y.MoveToOuterDisposeScope();
    }

    private sealed class Function : KernelFunction<Function>
    {
        public static Tensor Apply(Tensor x, Tensor weight, LowRankStack stack) =>
            Run([x, weight, stack, .. stack.Terms.SelectMany(term => new[] { term.A, term.B })]);

        protected override Tensor Forward(SavedForBackward saved, object[] inputs)
        {
            var (x, weight, stack) = ((Tensor)inputs[0], (Tensor)inputs[1], (LowRankStack)inputs[2]);
            var (result, inner) = Compute(x, weight, stack);
            saved.Keep(x, weight, stack.A, stack.B, inner);
            saved.State = stack;
            return result;
        }

        // dx = g W + (g B) A, dA = (g B)^T x, dB = g^T (x A^T), dW = g^T x.
        protected override Tensor?[] Backward(SavedForBackward saved, Tensor gradient)
        {
            var (x, weight, a, b, inner) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
            var innerGradient = gradient.mm(b); // [N, K]
            var weightGradient = saved.NeedsGradient(1) ? gradient.t().mm(x) : null;
            var inputGradient = saved.NeedsGradient(0) ? gradient.mm(weight).addmm_(innerGradient, a) : null;
            var ofTerms = ((LowRankStack)saved.State!).Split(innerGradient.t().mm(x), gradient.t().mm(inner));
            return [inputGradient, weightGradient, null, .. ofTerms];
        }
    }
}
