namespace Microsoft.ML.Alignment.Kernels;

/// <summary>One low-rank term of a linear layer: scale · B (A x).</summary>
/// <param name="A">Shape <c>[R, in]</c>.</param>
/// <param name="B">Shape <c>[out, R]</c>.</param>
/// <param name="Scale">The factor.</param>
/// <param name="Dropout">Share of the inputs of this term that is dropped, in [0, 1); 0 outside of training.</param>
internal readonly record struct LowRankTerm(Tensor A, Tensor B, double Scale, double Dropout = 0);

/// <summary>y = x W^T + Σ scale (x A^T) B^T (Hu et al., 2021, arXiv:2106.09685, eq. 3).</summary>
/// <remarks>A backward pass of our own was measured to be no faster than autograd's over these operations.</remarks>
internal static class LowRankLinear
{
    /// <summary>Applies the layer. A and B are cast to the type of <paramref name="x"/>. Shape <c>[N, in]</c> to <c>[N, out]</c>.</summary>
    /// <param name="x">Shape <c>[N, in]</c>.</param>
    /// <param name="weight">Of the same type. Shape <c>[out, in]</c>.</param>
    /// <param name="terms">The updates, in the order in which they were trained; any of them, and the weight, may train.</param>
    public static Tensor Apply(Tensor x, Tensor weight, IReadOnlyList<LowRankTerm> terms)
    {
        using var scope = NewDisposeScope();
        var y = nn.functional.linear(x, weight);
        foreach (var term in terms)
        {
            var kept = term.Dropout > 0 ? nn.functional.dropout(x, term.Dropout) : x;
            var inner = nn.functional.linear(kept, term.A.to_type(x.dtype)); // [N, R]
            y.addmm_(inner, term.B.to_type(x.dtype).t(), beta: 1f, alpha: (float)term.Scale);
        }

        return y.MoveToOuterDisposeScope();
    }
}
