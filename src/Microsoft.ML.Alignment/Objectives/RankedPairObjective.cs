using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>A loss of pairs on completions that the policy sampled and a reward ranked, averaged over the pairs of the optimizer step.</summary>
/// <param name="policy">The model that trains.</param>
/// <param name="loss">Of pairs.</param>
/// <param name="sampling">How the completions were written.</param>
internal sealed class RankedPairObjective(LanguageModel policy, PairwiseLoss loss, SamplingSettings sampling) : IObjective<RolloutBatch>
{
    /// <inheritdoc/>
    public TermCounts Count(RolloutBatch batch) => new((TermCounts.Examples, PairsOf(batch).Length));

    /// <inheritdoc/>
    public IStep<RolloutBatch> Begin(IReadOnlyList<RolloutBatch> step, TermCounts counts, ICollective all) =>
        new StepOf<RolloutBatch>(batch => Evaluate(batch, Math.Max(1, counts[TermCounts.Examples])));

    private StepResult Evaluate(RolloutBatch batch, double pairsOfStep)
    {
        var tokens = policy.Forward(batch.Rows, new(sampling.Precision)).At(batch.Targets, sampling.Temperature).LogProbs(); // [M]
        var reference = tensor(batch.ReferenceLogProbs!, device: tokens.device);
        Metric[] report = [.. batch.Report.Select(pair => new Metric(pair.Key, tensor(pair.Value, ScalarType.Float64), 1))];
        var pairs = PairsOf(batch);
        if (pairs.Length == 0)
            return new(tokens.sum().Times(0), report); // a step of prompts none of whose completions is better than another
        var (chosen, rejected) = (Places(pairs, pair => pair.Chosen, tokens.device), Places(pairs, pair => pair.Rejected, tokens.device));
        var counts = tensor(Array.ConvertAll(batch.Targets.TokenCounts, count => (float)count), device: tokens.device);
        Tensor Sums(Tensor values) => SequenceLogProbs.SumBySequence(values, batch.Targets.Sequences, batch.Targets.SequenceCount); // [S]
        Pair Ranked(Tensor values) => new(values.index_select(0, chosen), values.index_select(0, rejected)); // [B]
        var (own, theirs, lengths) = (Ranked(Sums(tokens)), Ranked(Sums(reference)), Ranked(counts));
        var result = loss(new(own, lengths), new(theirs, lengths));
        return new(result.Loss.sum().Over(pairsOfStep), [.. Metrics(result, own.Detach(), own.Detach() - theirs), .. report]);
    }

    private static IEnumerable<Metric> Metrics(PreferenceLoss pairs, Pair logProbs, Pair ratios)
    {
        double count = pairs.ChosenReward.shape[0];
        var margin = pairs.ChosenReward.sub(pairs.RejectedReward);
        yield return new("rewards/chosen", pairs.ChosenReward.sum(), count);
        yield return new("rewards/rejected", pairs.RejectedReward.sum(), count);
        yield return new(MetricNames.Accuracy, margin.IsAbove(0).sum(), count);
        yield return new(MetricNames.Margin, margin.sum(), count);
        yield return new(MetricNames.ChosenLogProbs, logProbs.Chosen.sum(), count);
        yield return new(MetricNames.RejectedLogProbs, logProbs.Rejected.sum(), count);
        yield return new(RolloutMetrics.Divergence, ratios.Chosen.sum().Plus(ratios.Rejected.sum()), 2 * count);
    }

    // Completion c of prompt b is sequence c·B + b.
    private static (long Chosen, long Rejected)[] PairsOf(RolloutBatch batch)
    {
        var (start, chosen, rejected) = (0, new Dictionary<int, long>(), new Dictionary<int, long>());
        for (var sequence = 0; sequence < batch.Targets.SequenceCount; sequence++)
        {
            var rank = batch.Advantages[start];
            if (rank != 0)
                (rank > 0 ? chosen : rejected)[sequence % batch.ExampleCount] = sequence;
            start += batch.Targets.TokenCounts[sequence];
        }

        return [.. chosen.Where(pair => rejected.ContainsKey(pair.Key)).Select(pair => (pair.Value, rejected[pair.Key]))];
    }

    private static Tensor Places((long Chosen, long Rejected)[] pairs, Func<(long Chosen, long Rejected), long> side, Device device) =>
        tensor(Array.ConvertAll(pairs, pair => side(pair)), device: device);
}
