namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// Completion log-probs under a head that does not train: backward needs no logits, only two matrix products run in total.
/// </summary>
/// <remarks>
/// d log p / d h = W[label] - softmax(h W^T) W does not depend on the incoming gradient, so forward computes it while a chunk's
/// logits exist, <c>[M, D]</c>; backward scales its rows.
/// </remarks>
internal sealed class FrozenHeadLogProbs : KernelFunction<FrozenHeadLogProbs>
{
    /// <inheritdoc cref="CompletionLogProbs.Compute"/>
    public static Tensor Apply(Tensor hidden, Tensor headWeight, Tensor labels, HeadPass pass) => Run(hidden, headWeight, labels, pass);

    /// <inheritdoc/>
    protected override Tensor Forward(SavedForBackward saved, object[] inputs)
    {
        var (hidden, headWeight, labels, pass) = ((Tensor)inputs[0], (Tensor)inputs[1], (Tensor)inputs[2], (HeadPass)inputs[3]);
        var reader = pass.Reader(hidden, labels);
        var slopes = empty_like(hidden); // [M, D], d(-log p)/dh
        foreach (var (start, count) in pass.Chunks.All())
        {
            using var chunk = NewDisposeScope();
            var logits = nn.functional.linear(hidden.narrow(0, start, count), headWeight); // [m, V]
            slopes.narrow(0, start, count).copy_(reader.IntoGradient(logits, start).mm(headWeight));
        }

        pass.Tell(reader);
        saved.Keep(slopes);
        return reader.LogProbs;
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(SavedForBackward saved, Tensor gradient)
    {
        var scale = gradient.neg().unsqueeze(1);
        return [saved[0].mul(scale).to_type(saved[0].dtype), null, null, null];
    }
}
