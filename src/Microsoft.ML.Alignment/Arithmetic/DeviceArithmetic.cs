namespace Microsoft.ML.Alignment.Arithmetic;

/// <summary>
/// Operations that libtorch does not have on every device, nor their gradients. The processor computes them as libtorch does; other devices
/// with what each of them has.
/// </summary>
internal static class DeviceArithmetic
{
    private static readonly Scalar Zero = 0.ToScalar();

    /// <summary>log σ(x), which is min(0, x) − log(1 + e^−|x|).</summary>
    public static Tensor LogSigmoid(this Tensor x) => PlainKernels.Serve(x)
        ? -Positive(-x).Plus((x - Positive(x).Times(2)).exp().log1p())
        : nn.functional.logsigmoid(x);

    /// <summary>The greater of each entry, which is finite, and a number.</summary>
    public static Tensor NotBelow(this Tensor x, double least) =>
        PlainKernels.Serve(x) ? x.Plus(Positive((-x).Plus(least))) : x.AtLeast(least);

    /// <summary>The lesser of each entry, which is finite, and a number.</summary>
    public static Tensor NotAbove(this Tensor x, double most) => PlainKernels.Serve(x) ? x - Positive(x.Minus(most)) : x.AtMost(most);

    /// <summary>The lesser of two entries, which are finite.</summary>
    public static Tensor Lesser(this Tensor a, Tensor b) => PlainKernels.Serve(a) ? a - Positive(a - b) : a.minimum(b);

    /// <summary>The greater of two entries, which are finite.</summary>
    public static Tensor Greater(this Tensor a, Tensor b) => PlainKernels.Serve(a) ? a.Plus(Positive(b - a)) : a.maximum(b);

    /// <summary>|x|.</summary>
    public static Tensor Magnitude(this Tensor x) => PlainKernels.Serve(x) ? x.maximum(-x) : x.abs();

    /// <summary>The entries of <paramref name="yes"/> where a mask is true, of <paramref name="no"/> elsewhere; all of them finite.</summary>
    public static Tensor Choose(this Tensor mask, Tensor yes, Tensor no) =>
        PlainKernels.Serve(mask) ? lerp(no, yes, mask.to(yes.dtype)) : where(mask, yes, no);

    /// <summary>Adds rows to those of <paramref name="a"/> that <paramref name="index"/> names, along dimension 0.</summary>
    public static Tensor PlusAt(this Tensor a, Tensor index, Tensor rows) => !PlainKernels.Serve(a)
        ? a.index_add(0, index, rows, TensorArithmetic.One)
        : a.scatter_add(0, Spread(index, rows.shape), rows);

    /// <summary>The rows that <paramref name="index"/> names, along dimension 0. Shapes <c>[N, …]</c> and <c>[K]</c> to <c>[K, …]</c>.</summary>
    public static Tensor RowsAt(this Tensor a, Tensor index) => !PlainKernels.Serve(a)
        ? a.index_select(0, index)
        : a.gather(0, Spread(index, [index.shape[0], .. a.shape[1..]]));

    private static Tensor Positive(Tensor x) => x.leaky_relu(Zero);

    private static Tensor Spread(Tensor index, long[] shape) => index.view([-1, .. shape[1..].Select(_ => 1L)]).expand(shape);
}
