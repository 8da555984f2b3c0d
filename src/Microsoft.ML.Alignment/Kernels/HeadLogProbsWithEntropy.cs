namespace Microsoft.ML.Alignment.Kernels;

/// <summary>
/// Completion log-probs and the entropies of their distributions, both with gradient. Where one chunk holds all rows, backward reuses its
/// logits; else it makes them again, so that <c>[M, V]</c> never exists at once.
/// </summary>
/// <remarks>∂ log p_l / ∂ z_v = [v = l] − p_v and ∂ H / ∂ z_v = −p_v (log p_v + H) for logits z, p = softmax z.</remarks>
internal sealed class HeadLogProbsWithEntropy : KernelFunction<HeadLogProbsWithEntropy>
{
    /// <summary>Computes log-probabilities, then entropies. Shape <c>[2, M]</c>.</summary>
    /// <inheritdoc cref="CompletionLogProbs.ComputeWithEntropy"/>
    public static Tensor Apply(Tensor hidden, Tensor headWeight, Tensor labels, HeadPass pass) => Run(hidden, headWeight, labels, pass);

    /// <inheritdoc/>
    protected override Tensor Forward(SavedForBackward saved, object[] inputs)
    {
        var (hidden, headWeight, labels, pass) = ((Tensor)inputs[0], (Tensor)inputs[1], (Tensor)inputs[2], (HeadPass)inputs[3]);
        saved.State = pass;
        var reader = pass.Reader(hidden, labels, LogitDetails.Entropy);
        if (pass.Chunks.Count == 1)
        {
            var logits = nn.functional.linear(hidden, headWeight); // [M, V]
            reader.Read(logits, 0, keeps: true);
            saved.Keep(hidden, headWeight, labels, logits);
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

        var (logProbs, entropy) = (reader.LogProbs, reader.Entropy);
        pass.Statistics?.Set(reader.IsTop, entropy.alias());
        return stack([logProbs, entropy]);
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(SavedForBackward saved, Tensor gradient)
    {
        var (hidden, headWeight, labels, pass) = (saved[0], saved[1], saved[2], (HeadPass)saved.State!);
        var reader = pass.Reader(hidden, labels);
        var wanted = (saved.NeedsGradient(0), saved.NeedsGradient(1));
        var (ofHidden, ofHead) = HeadGradients.Compute(hidden, headWeight, wanted, pass.Chunks, (rows, start) =>
            reader.IntoGradient(pass.Chunks.Count > 1 ? nn.functional.linear(rows, headWeight) : saved[3], start, gradient));
        return [ofHidden, ofHead, null, null];
    }
}
