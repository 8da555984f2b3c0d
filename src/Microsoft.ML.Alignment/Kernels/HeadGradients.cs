using Microsoft.ML.Alignment.Arithmetic;

namespace Microsoft.ML.Alignment.Kernels;

/// <summary>The backward pass through the head, in chunks of rows.</summary>
internal static class HeadGradients
{
    /// <summary>Computes the gradients of hidden states and head. Shapes <c>[M, D]</c>, null where it is not wanted, and <c>[V, D]</c>.</summary>
    /// <param name="hidden">Shape <c>[M, D]</c>.</param>
    /// <param name="headWeight">Shape <c>[V, D]</c>.</param>
    /// <param name="wanted">Whether the gradients of hidden states and of the head are wanted.</param>
    /// <param name="chunks">The rows at once.</param>
    /// <param name="ofLogits">Gives the gradient by the logits of rows, which start at a place. Shape <c>[m, V]</c>.</param>
    public static (Tensor? Hidden, Tensor? Head) Compute(
        Tensor hidden, Tensor headWeight, (bool Hidden, bool Head) wanted, RowChunks chunks, Func<Tensor, long, Tensor> ofLogits)
    {
        var hiddenGradient = wanted.Hidden ? empty_like(hidden) : null;

        // Sums over chunks are kept in float32, since bfloat16 would lose the small ones.
        var sums = headWeight.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var headGradient = wanted.Head && chunks.Count > 1 ? zeros(headWeight.shape, sums, headWeight.device) : null;
        foreach (var (start, count) in chunks.All())
        {
            using var chunk = NewDisposeScope();
            var rows = hidden.narrow(0, start, count);
            var logitGradient = ofLogits(rows, start);
            hiddenGradient?.narrow(0, start, count).copy_(logitGradient.mm(headWeight));
            if (headGradient is not null)
                AddProduct(headGradient, logitGradient.t(), rows);
            else if (wanted.Head)
                headGradient = logitGradient.t().mm(rows).MoveToOuterDisposeScope();
        }

        return (hiddenGradient, headGradient);
    }

    private static void AddProduct(Tensor sum, Tensor left, Tensor right)
    {
        if (sum.dtype == left.dtype)
            sum.addmm_(left, right);
        else
            sum.PlusInPlace(left.mm(right));
    }
}
