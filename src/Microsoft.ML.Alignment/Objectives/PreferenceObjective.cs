using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>The objective of every pairwise method: only the loss differs. It is averaged over the pairs of the optimizer step.</summary>
internal sealed class PreferenceObjective : IObjective<TokenBatch>
{
    private readonly LanguageModel _policy;
    private readonly Func<TokenBatch, PairLogProbs, PreferenceLoss> _loss;

    /// <summary>Compares the policy with a reference, which sees the same rows, without dropout.</summary>
    public PreferenceObjective(LanguageModel policy, LanguageModel reference, PairwiseLoss loss) =>
        (_policy, _loss) = (policy, (batch, logProbs) => loss(logProbs, ReferenceLogProbs(reference, batch)));

    /// <summary>Compares the policy with nothing: one pass a step, of the policy.</summary>
    public PreferenceObjective(LanguageModel policy, ReferenceFreeLoss loss) =>
        (_policy, _loss) = (policy, (_, logProbs) => loss(logProbs));

    /// <summary>Gets the precision of the matrix products of both models.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>
    /// Gets the weight of the chosen completions' negative log-likelihood, averaged over its tokens in the optimizer step. 0 or more.
    /// </summary>
    public double SftWeight { get; init; }

    /// <summary>Gets the tokens that this negative log-likelihood is over.</summary>
    public SftScope SftScope { get; init; } = SftScope.Completion;

    /// <inheritdoc/>
    public TermCounts Count(TokenBatch batch) => new(batch.ExampleCount, SftTokenCount(batch.ExampleCount, TargetsOf(batch)));

    /// <inheritdoc/>
    public StepResult Evaluate(TokenBatch batch, TermCounts step)
    {
        var (count, targets) = (batch.ExampleCount, TargetsOf(batch));
        var sequences = _policy.LogProbs(batch.Rows, targets, new ForwardOptions(Precision, Dropout: true)); // [2B], [3B] with prompts
        var logProbs = PairLogProbs.Split(sequences.First(2 * count));
        var pairs = _loss(batch, logProbs);
        var prompts = sequences.Sum.narrow(0, 2 * count, targets.SequenceCount - (2 * count)); // [B], or empty
        var negativeLogLikelihood = -(logProbs.Sum.Chosen.sum() + prompts.sum());
        var total = pairs.Loss.sum() / step.Examples;
        if (SftWeight > 0)
            total += negativeLogLikelihood * (SftWeight / step.Tokens);
        return new(total, [
            .. PairMetrics(count, pairs, logProbs.Sum.Detach()),
            new("nll_loss", negativeLogLikelihood.detach(), SftTokenCount(count, targets))]);
    }

    private PackedTargets TargetsOf(TokenBatch batch) =>
        SftScope == SftScope.PromptAndCompletion ? PromptTargets.Append(batch) : batch.Targets;

    /// <summary>All sequences but the rejected ones: the chosen, and the prompts where they are there.</summary>
    private static int SftTokenCount(int count, PackedTargets targets) =>
        targets.TokenCount - targets.TokenCounts.Skip(count).Take(count).Sum();

    private PairLogProbs ReferenceLogProbs(LanguageModel reference, TokenBatch batch)
    {
        using var _ = no_grad();
        return PairLogProbs.Split(reference.LogProbs(batch.Rows, batch.Targets, new ForwardOptions(Precision)));
    }

    private static IEnumerable<Metric> PairMetrics(int count, PreferenceLoss pairs, Pair logProbs)
    {
        var margin = pairs.ChosenReward - pairs.RejectedReward;
        return [
            new("rewards/chosen", pairs.ChosenReward.sum(), count),
            new("rewards/rejected", pairs.RejectedReward.sum(), count),
            new("rewards/accuracies", (margin > 0).sum(), count),
            new("rewards/margins", margin.sum(), count),
            new("logps/chosen", logProbs.Chosen.sum(), count),
            new("logps/rejected", logProbs.Rejected.sum(), count),
            .. pairs.Details.Select(detail => new Metric(detail.Name, detail.Values.sum(), count))];
    }
}
