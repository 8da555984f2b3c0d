namespace Microsoft.ML.Alignment.Kernels;

/// <summary>One low-rank term of a linear layer: scale · B (A x).</summary>
/// <param name="A">Shape <c>[R, in]</c>.</param>
/// <param name="B">Shape <c>[out, R]</c>.</param>
/// <param name="Scale">The factor.</param>
/// <param name="Dropout">Share of the inputs of this term that is dropped, in [0, 1); 0 outside of training.</param>
internal readonly record struct LowRankTerm(Tensor A, Tensor B, double Scale, double Dropout = 0)
{
    /// <summary>Gets whether A or B trains.</summary>
    public bool Trains => A.requires_grad || B.requires_grad;
}

/// <summary>y = x W^T + Σ scale (x A^T) B^T (Hu et al., 2021, arXiv:2106.09685, eq. 3).</summary>
internal static class LowRankLinear
{
    /// <summary>Applies the layer. A and B are cast to the type of <paramref name="x"/>. Shape <c>[N, in]</c> to <c>[N, out]</c>.</summary>
    /// <param name="x">Shape <c>[N, in]</c>.</param>
    /// <param name="weight">Of the same type. Shape <c>[out, in]</c>.</param>
    /// <param name="terms">The updates, in the order in which they were trained; usually only the last trains.</param>
    public static Tensor Apply(Tensor x, Tensor weight, IReadOnlyList<LowRankTerm> terms)
    {
        var needsGradient = is_grad_enabled() && (x.requires_grad || terms.Any(term => term.Trains));
        var hasKernel = !weight.requires_grad && terms.All(term => term.Dropout == 0) && terms.SkipLast(1).All(term => !term.Trains);
        return needsGradient && hasKernel && terms.Count > 0 ? LowRankFunction.Apply(x, weight, terms) : WithPlainOperations(x, weight, terms);
    }

    /// <inheritdoc cref="Apply"/>
    internal static Tensor WithPlainOperations(Tensor x, Tensor weight, IReadOnlyList<LowRankTerm> terms)
    {
        using var scope = NewDisposeScope();
        var y = nn.functional.linear(x, weight);
        foreach (var term in terms)
        {
            var kept = term.Dropout > 0 ? nn.functional.dropout(x, term.Dropout) : x;
            var inner = nn.functional.linear(kept, term.A.to_type(x.dtype)); // [N, R]
            y = y.addmm(inner, term.B.to_type(x.dtype).t(), beta: 1f, alpha: (float)term.Scale);
        }

        return y.MoveToOuterDisposeScope();
    }
}

/// <summary>The layer with a frozen W of which only the last term may train: adds in place and keeps x and that term's x A^T only.</summary>
internal sealed class LowRankFunction : KernelFunction<LowRankFunction>
{
    /// <inheritdoc cref="LowRankLinear.Apply"/>
    public static Tensor Apply(Tensor x, Tensor weight, IReadOnlyList<LowRankTerm> terms) =>
        Run(x, weight, terms[^1].A, terms[^1].B, terms);

    /// <inheritdoc/>
    protected override Tensor Forward(SavedForBackward saved, object[] inputs)
    {
        var (x, weight, terms) = ((Tensor)inputs[0], (Tensor)inputs[1], (IReadOnlyList<LowRankTerm>)inputs[4]);
        var kept = new List<Tensor> { x, weight };
        var y = nn.functional.linear(x, weight);
        foreach (var term in terms)
        {
            var (a, b) = (term.A.to_type(x.dtype), term.B.to_type(x.dtype));
            var inner = nn.functional.linear(x, a); // [N, R]
            y.addmm_(inner, b.t(), beta: 1f, alpha: (float)term.Scale);
            kept.AddRange([a, b]);
            if (ReferenceEquals(term.A, inputs[2]))
                kept.Add(inner);
        }

        saved.Keep([.. kept]);
        saved.State = new State([.. terms.Select(term => term.Scale)], terms[^1].A.requires_grad, terms[^1].B.requires_grad);
        return y;
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(SavedForBackward saved, Tensor gradient)
    {
        var (x, weight, state) = (saved[0], saved[1], (State)saved.State!);
        var inputGradient = saved.NeedsGradient(0) ? gradient.mm(weight) : null;
        Tensor? aGradient = null, bGradient = null;
        for (var i = 0; i < state.Scales.Length; i++)
        {
            var trains = i == state.Scales.Length - 1;
            var (a, b) = (saved[2 + 2 * i], saved[3 + 2 * i]);
            if (inputGradient is null && !trains)
                continue;
            var inner = gradient.mm(b).mul_((float)state.Scales[i]); // [N, R]
            inputGradient?.addmm_(inner, a);
            if (trains && state.ATrains)
                aGradient = inner.t().mm(x);
            if (trains && state.BTrains)
                bGradient = gradient.t().mm(saved[4 + 2 * i]).mul_((float)state.Scales[i]);
        }

        return [inputGradient, null, aGradient, bGradient, null];
    }

    private sealed record State(double[] Scales, bool ATrains, bool BTrains);
}
