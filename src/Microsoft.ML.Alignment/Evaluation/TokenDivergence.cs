using Microsoft.ML.Alignment.Batches;
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
        var (ofPolicy, ofReference) = (policy.Forward(batch.Rows, options), reference.Forward(batch.Rows, options));
        for (var start = 0; start < targets.TokenCount; start += ChunkRows)
        {
            using var scope = NewDisposeScope();
            var rows = targets.Rows[start..Math.Min(start + ChunkRows, targets.TokenCount)];
            var p = nn.functional.log_softmax(ofPolicy.Logits(rows), 1); // [M, V]
            var q = nn.functional.log_softmax(ofReference.Logits(rows), 1); // [M, V]
            var divergence = (p.exp() * (p - q)).sum([1L]); // [M]
            foreach (var (value, index) in divergence.cpu().data<float>().Select((value, index) => (value, index)))
                sums[targets.Sequences[start + index]] += value;
        }

        return sums;
    }
}
