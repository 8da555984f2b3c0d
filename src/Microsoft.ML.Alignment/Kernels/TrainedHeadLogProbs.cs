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
        saved.State = pass;
        var reader = pass.Reader(hidden, labels);
        if (pass.Chunks.Count == 1)
        {
            var slopes = reader.IntoGradient(nn.functional.linear(hidden, headWeight), 0); // [M, V]
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

        pass.Tell(reader);
        return reader.LogProbs;
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(SavedForBackward saved, Tensor gradient)
    {
        var (hidden, headWeight, labels, pass) = (saved[0], saved[1], saved[2], (HeadPass)saved.State!);
        var (ofHidden, ofHead) = HeadGradients.Compute(hidden, headWeight, (saved.NeedsGradient(0), true), pass.Chunks, (rows, start) =>
        {
            var label = labels.narrow(0, start, rows.shape[0]);
            var slopes = pass.Chunks.Count > 1 ? Slopes(rows, headWeight, label, pass) : saved[3]; // [m, V]
            return slopes.mul_(gradient.narrow(0, start, rows.shape[0]).neg().unsqueeze(1));
        });
        return [ofHidden, ofHead, null, null];
    }

    private static Tensor Slopes(Tensor rows, Tensor headWeight, Tensor labels, HeadPass pass) =>
        pass.Reader(rows, labels).IntoGradient(nn.functional.linear(rows, headWeight), 0);
}
