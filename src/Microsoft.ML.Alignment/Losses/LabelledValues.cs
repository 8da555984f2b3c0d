using Microsoft.ML.Alignment.Arithmetic;
namespace Microsoft.ML.Alignment.Losses;

/// <summary>One value a completion, and its label.</summary>
/// <param name="Values">For example log π − log π_ref, summed over each completion's tokens, in nats. Shape <c>[B]</c>.</param>
/// <param name="IsDesirable">Whether the completion is desirable, bool. Shape <c>[B]</c>.</param>
internal readonly record struct LabelledValues(Tensor Values, Tensor IsDesirable)
{
    /// <summary>The values such that all are to rise: those of undesirable completions are negated. Shape <c>[B]</c>.</summary>
    public Tensor Signed() => IsDesirable.Choose(Values, -Values);

    /// <summary>The sum over the desirable completions. Scalar.</summary>
    public Tensor DesirableSum() => (Values * IsDesirable).sum();

    /// <summary>The sum over the undesirable completions. Scalar.</summary>
    public Tensor UndesirableSum() => (Values * IsDesirable.bitwise_not()).sum();
}
