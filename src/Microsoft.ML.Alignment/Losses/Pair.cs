using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Losses;

/// <summary>One value a completion, for the two sides of a preference pair.</summary>
/// <param name="Chosen">Shape <c>[B]</c>.</param>
/// <param name="Rejected">Shape <c>[B]</c>.</param>
internal readonly record struct Pair(Tensor Chosen, Tensor Rejected)
{
    /// <summary>Gets chosen minus rejected. Shape <c>[B]</c>.</summary>
    public Tensor Margin => Chosen - Rejected;

    public static Pair operator +(Pair a, Pair b) => new(a.Chosen.Plus(b.Chosen), a.Rejected.Plus(b.Rejected));

    public static Pair operator -(Pair a, Pair b) => new(a.Chosen - b.Chosen, a.Rejected - b.Rejected);

    public static Pair operator *(double factor, Pair pair) => new(pair.Chosen.Times(factor), pair.Rejected.Times(factor));

    public static Pair operator /(Pair a, Pair b) => new(a.Chosen / b.Chosen, a.Rejected / b.Rejected);

    /// <summary>Splits values that hold all chosen before all rejected.</summary>
    /// <param name="values">Shape <c>[2B]</c>.</param>
    public static Pair Split(Tensor values)
    {
        var count = values.shape[0] / 2;
        return new(values.narrow(0, 0, count), values.narrow(0, count, count));
    }

    /// <summary>The sides the other way round.</summary>
    public Pair Swap() => new(Rejected, Chosen);

    /// <summary>The same values outside the graph.</summary>
    public Pair Detach() => new(Chosen.detach(), Rejected.detach());

    /// <summary>Applies a function to both sides.</summary>
    public Pair Map(Func<Tensor, Tensor> function) => new(function(Chosen), function(Rejected));
}
