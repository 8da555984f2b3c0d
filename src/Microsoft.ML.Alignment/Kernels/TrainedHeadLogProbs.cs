using Microsoft.ML.Alignment.Arithmetic;

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
        var reader = new LabelReader(labels);
        if (pass.Chunks.Count == 1)
        {
            var slopes = nn.functional.linear(hidden, headWeight); // [M, V]
            reader.IntoGradient(slopes, 0);
            saved.Keep(hidden, headWeight, labels, slopes);
        }
        else
        {
            foreach (var (start, count) in pass.Chunks.All())
            {
                using var chunk = NewDisposeScope();
                reader.Read(nn.functional.linear(hidden.narrow(0, start, count), headWeight), start);
            }

            saved.Keep(hidden, headWeight, labels);
        }

        pass.Statistics?.Set(reader.IsTop, entropy: null);
        return reader.LogProbs;
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
            var logitGradient = several ? Slopes(rows, headWeight, label) : saved[3]; // [m, V]
            logitGradient.mul_(gradient.narrow(0, start, count).neg().unsqueeze(1));
            hiddenGradient?.narrow(0, start, count).copy_(logitGradient.mm(headWeight));
            if (weightGradient is null)
                weightGradient = logitGradient.t().mm(rows).MoveToOuterDisposeScope();
            else
                AddProduct(weightGradient, logitGradient.t(), rows);
        }

        return [hiddenGradient, weightGradient, null, null];
    }

    private static Tensor Slopes(Tensor rows, Tensor headWeight, Tensor labels)
    {
        var logits = nn.functional.linear(rows, headWeight);
        new LabelReader(labels).IntoGradient(logits, 0);
        return logits;
    }

    private static void AddProduct(Tensor sum, Tensor left, Tensor right)
    {
        if (sum.dtype == left.dtype)
            sum.addmm_(left, right);
        else
            sum.PlusInPlace(left.mm(right));
    }
}
