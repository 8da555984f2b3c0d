using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>One low-rank term of a linear layer: scale · B (A x).</summary>
/// <param name="A">Shape <c>[R, in]</c>.</param>
/// <param name="B">Shape <c>[out, R]</c>.</param>
/// <param name="Scale">The factor.</param>
/// <param name="Dropout">Which inputs of this term are dropped; null for none, as outside of training.</param>
/// <param name="FirstOutput">Where its outputs begin among those of several layers.</param>
internal readonly record struct LowRankTerm(Tensor A, Tensor B, double Scale, InputDropout? Dropout = null, long FirstOutput = 0)
{
    /// <summary>Gets the number of outputs.</summary>
    public long Outputs => B.shape[0];

    /// <summary>Gets the rank, R.</summary>
    public long Rank => A.shape[0];
}

/// <summary>
/// Low-rank terms of layers that read the same rows, as one: K is the sum of their ranks. Without gradient; in the caller's dispose scope.
/// </summary>
/// <param name="Terms">The terms, in the order of the ranks.</param>
/// <param name="A">Shape <c>[K, in]</c>.</param>
/// <param name="B">With the factors; 0 where a term has no such output. Shape <c>[out, K]</c>.</param>
internal sealed record LowRankStack(IReadOnlyList<LowRankTerm> Terms, Tensor A, Tensor B)
{
    /// <summary>Stacks terms, of which there is at least one.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="outputs">Outputs of all layers together.</param>
    /// <param name="type">Type of the stack.</param>
    public static LowRankStack Of(IReadOnlyList<LowRankTerm> terms, long outputs, ScalarType type)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var a = cat([.. terms.Select(term => term.A)], 0).to_type(type);
        var b = zeros([outputs, a.shape[0]], type, a.device);
        var rank = 0L;
        foreach (var term in terms)
        {
            Part(b, term, rank).copy_(term.B.Times(term.Scale));
            rank += term.Rank;
        }

        return new(terms, a.MoveToOuterDisposeScope(), b.MoveToOuterDisposeScope());
    }

    /// <summary>The gradient of each term's A and B from those of the stack: A, B, A, B and so on; null for what does not train.</summary>
    public IEnumerable<Tensor?> Split(Tensor gradientOfA, Tensor gradientOfB)
    {
        var rank = 0L;
        foreach (var term in Terms)
        {
            yield return term.A.requires_grad ? gradientOfA.narrow(0, rank, term.Rank).to(term.A.dtype, copy: true) : null;
            yield return term.B.requires_grad ? Part(gradientOfB, term, rank).to_type(term.B.dtype).Times(term.Scale) : null;
            rank += term.Rank;
        }
    }

    private static Tensor Part(Tensor all, LowRankTerm term, long rank) =>
        all.narrow(0, term.FirstOutput, term.Outputs).narrow(1, rank, term.Rank);
}
