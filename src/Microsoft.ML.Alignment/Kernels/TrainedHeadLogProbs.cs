namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// Completion log-probs under a head that trains. Where one chunk holds all rows, backward reuses it; else it makes the logits again.
/// </summary>
internal sealed class TrainedHeadLogProbs : KernelFunction<TrainedHeadLogProbs>
{
    /// <inheritdoc cref="CompletionLogProbs.Compute"/>
    public static Tensor Apply(Tensor hidden, Tensor headWeight, Tensor labels, HeadPass pass) => Run(hidden, headWeight, labels, pass);

    /// <inheritdoc/>
    protected override Tensor Forward(SavedForBackward saved, object[] inputs)
    {
        var (hidden, headWeight, labels, pass) = ((Tensor)inputs[0], (Tensor)inputs[1], (Tensor)inputs[2], (HeadPass)inputs[3]);
        saved.State = pass.Chunks;
        if (pass.Chunks.Count == 1)
        {
            var all = CompletionLogProbs.LogSoftmax(hidden, headWeight);
            var picked = CompletionLogProbs.Pick(all, labels);
            pass.Statistics?.Set(CompletionLogProbs.IsTop(all, picked), entropy: null);
            saved.Keep(hidden, headWeight, labels, CompletionLogProbs.IntoLogitGradient(all, labels));
            return picked;
        }

        var result = empty(hidden.shape[0], ScalarType.Float32, hidden.device);
        var isTop = empty(hidden.shape[0], ScalarType.Bool, hidden.device);
        foreach (var (start, count) in pass.Chunks.All())
        {
            using var chunk = NewDisposeScope();
            var logProbs = CompletionLogProbs.LogSoftmax(hidden.narrow(0, start, count), headWeight);
            var picked = CompletionLogProbs.Pick(logProbs, labels.narrow(0, start, count));
            result.narrow(0, start, count).copy_(picked);
            if (pass.Statistics is not null)
                isTop.narrow(0, start, count).copy_(CompletionLogProbs.IsTop(logProbs, picked));
        }

        pass.Statistics?.Set(isTop, entropy: null);

        saved.Keep(hidden, headWeight, labels);
        return result;
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(SavedForBackward saved, Tensor gradient)
    {
        var (hidden, headWeight, labels, chunks) = (saved[0], saved[1], saved[2], (RowChunks)saved.State!);
        var hiddenGradient = saved.NeedsGradient(0) ? empty_like(hidden) : null;
        var several = chunks.Count > 1;

        // Sums over chunks are kept in float32, since bfloat16 would lose the small ones.
        var weightGradient = several ? zeros(headWeight.shape, ScalarType.Float32, headWeight.device) : null; // [V, D]
        foreach (var (start, count) in chunks.All())
        {
            using var chunk = NewDisposeScope();
            var (rows, label) = (hidden.narrow(0, start, count), labels.narrow(0, start, count));
            var slopes = several
                ? CompletionLogProbs.IntoLogitGradient(CompletionLogProbs.LogSoftmax(rows, headWeight), label)
                : saved[3];
            slopes.mul_(gradient.narrow(0, start, count).neg().unsqueeze(1)); // [m, V]
            var logitGradient = slopes.to_type(headWeight.dtype);
            hiddenGradient?.narrow(0, start, count).copy_(logitGradient.mm(headWeight));
            if (weightGradient is null)
                weightGradient = logitGradient.t().mm(rows).MoveToOuterDisposeScope();
            else
                AddProduct(weightGradient, logitGradient.t(), rows);
        }

        return [hiddenGradient, weightGradient, null, null];
    }

    private static void AddProduct(Tensor sum, Tensor left, Tensor right)
    {
        if (sum.dtype == left.dtype)
            sum.addmm_(left, right);
        else
            sum.add_(left.mm(right));
    }
}
