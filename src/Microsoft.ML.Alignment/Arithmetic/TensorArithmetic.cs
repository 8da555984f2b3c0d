namespace Microsoft.ML.Alignment.Arithmetic;

/// <summary>
/// Arithmetic of tensors with numbers, and sums of tensors, that is safe beside a garbage collection on another thread.
/// </summary>
/// <remarks>
/// <c>tensor * 2</c> makes a native scalar that only a finalizer owns, and so does <c>a + b</c> for the factor of b: a collection may free
/// it while the native library reads it. Here each scalar is held until the call returns. Results are bit-equal to those of the operators.
/// </remarks>
internal static class TensorArithmetic
{
    /// <summary>1, held as long as the library.</summary>
    internal static readonly Scalar One = 1.ToScalar();
    private static readonly Scalar Two = 2.ToScalar();

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b, in place.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, One);

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, double b) => With(b, scalar => a.add(scalar, One));

    /// <summary>a + b, in place.</summary>
    public static Tensor PlusInPlace(this Tensor a, double b) => With(b, scalar => a.add_(scalar, One));

    /// <summary>a − b.</summary>
    public static Tensor Minus(this Tensor a, double b) => With(b, scalar => a.sub(scalar));

    /// <summary>a − b, in place.</summary>
    public static Tensor MinusInPlace(this Tensor a, double b) => With(b, scalar => a.sub_(scalar));

    /// <summary>a · b.</summary>
    public static Tensor Times(this Tensor a, double b) => With(b, scalar => a.mul(scalar));

    /// <summary>a · b, in place.</summary>
    public static Tensor TimesInPlace(this Tensor a, double b) => With(b, scalar => a.mul_(scalar));

    /// <summary>a / b.</summary>
    public static Tensor Over(this Tensor a, double b) => With(b, scalar => a.div(scalar));

    /// <summary>a / b, in place.</summary>
    public static Tensor OverInPlace(this Tensor a, double b) => With(b, scalar => a.div_(scalar));

    /// <summary>a².</summary>
    public static Tensor Squared(this Tensor a) => a.pow(Two);

    /// <summary>The lesser of each entry and a number.</summary>
    public static Tensor AtMost(this Tensor a, double most) => With(most, scalar => a.clamp_max(scalar));

    /// <summary>The lesser of each entry and a whole number; integers stay integers.</summary>
    public static Tensor AtMost(this Tensor a, long most)
    {
        using var scalar = most.ToScalar();
        return a.clamp_max(scalar);
    }

    /// <summary>The greater of each entry and a number.</summary>
    public static Tensor AtLeast(this Tensor a, double least) => With(least, scalar => a.clamp_min(scalar));

    /// <summary>Which entries are above a number.</summary>
    public static Tensor IsAbove(this Tensor a, double bound) => With(bound, scalar => a.gt(scalar));

    /// <summary>Which entries are below a number.</summary>
    public static Tensor IsBelow(this Tensor a, double bound) => With(bound, scalar => a.lt(scalar));

    /// <summary>A number in the place of the entries that a mask names, in place.</summary>
    public static Tensor FillInPlace(this Tensor a, Tensor mask, double value) => With(value, scalar => a.masked_fill_(mask, scalar));

    private static Tensor With(double number, Func<Scalar, Tensor> operation)
    {
        using var scalar = number.ToScalar();
        return operation(scalar);
    }
}
