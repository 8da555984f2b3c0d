using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>The objective of every pairwise method: only the loss differs.</summary>
/// <param name="policy">The model that trains.</param>
/// <param name="reference">The model that the policy is compared with. It sees the same rows, without dropout.</param>
/// <param name="loss">The method's loss, averaged over the pairs of the optimizer step.</param>
internal sealed class PreferenceObjective(LanguageModel policy, LanguageModel reference, PairwiseLoss loss) : IObjective<TokenBatch>
{
    /// <summary>Gets the precision of the matrix products of both models.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>
    /// Gets the weight of the chosen completions' negative log-likelihood, averaged over their tokens in the optimizer step. 0 or more.
    /// </summary>
    public double SftWeight { get; init; }

    /// <inheritdoc/>
    public TermCounts Count(TokenBatch batch) => new(batch.ExampleCount, batch.Targets.TokenCounts.Take(batch.ExampleCount).Sum());

    /// <inheritdoc/>
    public StepResult Evaluate(TokenBatch batch, TermCounts step)
    {
        using var statistics = new HeadStatistics();
        var options = new ForwardOptions(Precision, Dropout: true);
        var logProbs = PairLogProbs.Split(policy.LogProbs(batch.Rows, batch.Targets, options, statistics));
        var pairs = loss(logProbs, ReferenceLogProbs(batch));
        var negativeLogLikelihood = -logProbs.Sum.Chosen.sum();
        var total = pairs.Loss.sum() / step.Examples;
        if (SftWeight > 0)
            total += negativeLogLikelihood * (SftWeight / step.Tokens);
        return new(total, [
            .. PairMetrics(batch.ExampleCount, pairs, logProbs.Sum.Detach()),
            .. CompletionMetrics.Of(batch, statistics),
            new("nll_loss", negativeLogLikelihood.detach(), Count(batch).Tokens)]);
    }

    private PairLogProbs ReferenceLogProbs(TokenBatch batch)
    {
        using var _ = no_grad();
        return PairLogProbs.Split(reference.LogProbs(batch.Rows, batch.Targets, new ForwardOptions(Precision)));
    }

    private static Metric[] PairMetrics(int count, PreferenceLoss pairs, Pair logProbs)
    {
        var margin = pairs.ChosenReward - pairs.RejectedReward;
        return [
            new("rewards/chosen", pairs.ChosenReward.sum(), count),
            new("rewards/rejected", pairs.RejectedReward.sum(), count),
            new("rewards/accuracies", (margin > 0).sum(), count),
            new("rewards/margins", margin.sum(), count),
            new("logps/chosen", logProbs.Chosen.sum(), count),
            new("logps/rejected", logProbs.Rejected.sum(), count)];
    }
}
