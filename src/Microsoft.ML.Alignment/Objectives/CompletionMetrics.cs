using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>What a policy thinks of given completions, token by token.</summary>
internal static class CompletionMetrics
{
    /// <summary>
    /// The share of tokens that are the most probable ones, and the log-probability of the end tokens, of each example's first completion;
    /// the entropy of all, where it is known.
    /// </summary>
    public static IReadOnlyList<Metric> Of(TokenBatch batch, HeadStatistics statistics)
    {
        int[] counts = [.. batch.Targets.TokenCounts.Take(batch.ExampleCount)];
        var tokens = counts.Sum();
        var ends = statistics.LogProbs!.RowsAt(tensor(LastTokens(counts), device: statistics.LogProbs!.device)); // [B]
        return [
            new(MetricNames.TokenAccuracy, statistics.IsTop!.narrow(0, 0, tokens).sum(), tokens),
            new(MetricNames.EndLogProb, ends.sum(), ends.shape[0]),
            .. statistics.Entropy is { } entropy
                ? [new Metric(MetricNames.Entropy, entropy.sum(), entropy.shape[0])]
                : Array.Empty<Metric>()];
    }

    private static long[] LastTokens(int[] counts)
    {
        var last = -1L;
        return [.. counts.Select(count => last += count)];
    }
}
