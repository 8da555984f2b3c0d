using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Evaluation;

/// <summary>The Kullback-Leibler divergence of two models' distributions of the next token.</summary>
internal static class TokenDivergence
{
    // Rows whose logits are held at once.
    private const int ChunkRows = 128;

    /// <summary>Σ over the completion tokens of Σ over the vocabulary of p (log p − log q), in nats.</summary>
    /// <returns>One a sequence.</returns>
    public static double[] Sum(LanguageModel policy, LanguageModel reference, TokenBatch batch)
    {
        var sums = new double[batch.Targets.SequenceCount];
        var options = new ForwardOptions();
        var targets = batch.Targets;
        var (policyHidden, referenceHidden) = (policy.Hidden(batch.Rows, options), reference.Hidden(batch.Rows, options)); // [N, D]
        for (var start = 0; start < targets.TokenCount; start += ChunkRows)
        {
            using var scope = NewDisposeScope();
            var rows = tensor(targets.Rows[start..Math.Min(start + ChunkRows, targets.TokenCount)], device: policyHidden.device);
            var p = LogSoftmax(policy, policyHidden.index_select(0, rows)); // [M, V]
            var q = LogSoftmax(reference, referenceHidden.index_select(0, rows)); // [M, V]
            var divergence = (p.exp() * (p - q)).sum([1L]); // [M]
            foreach (var (value, index) in divergence.data<float>().Select((value, index) => (value, index)))
                sums[targets.Sequences[start + index]] += value;
        }

        return sums;

        Tensor LogSoftmax(LanguageModel model, Tensor hidden) => nn.functional.log_softmax(model.Logits(hidden, options), 1);
    }
}
