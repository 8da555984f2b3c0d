using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.References;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>The objective of every pairwise method: only the loss differs. It is averaged over the pairs of the optimizer step.</summary>
internal sealed class PreferenceObjective : IObjective<TokenBatch>, IReferenceScores
{
    private readonly LanguageModel _policy;
    private readonly LanguageModel? _reference;
    private readonly PairwiseLoss _loss;

    /// <summary>Compares the policy with a reference, which sees the same rows, without dropout.</summary>
    public PreferenceObjective(LanguageModel policy, LanguageModel reference, PairwiseLoss loss) =>
        (_policy, _reference, _loss) = (policy, reference, loss);

    /// <summary>Compares the policy with nothing: one pass a step, of the policy.</summary>
    public PreferenceObjective(LanguageModel policy, ReferenceFreeLoss loss) => (_policy, _loss) = (policy, (logProbs, _) => loss(logProbs));

    /// <summary>Gets the precision of the matrix products of both models.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>
    /// Gets the weight of the chosen completions' negative log-likelihood, averaged over its tokens in the optimizer step. 0 or more.
    /// </summary>
    public double SftWeight { get; init; }

    /// <summary>Gets the tokens that this negative log-likelihood is over.</summary>
    public SftScope SftScope { get; init; } = SftScope.Completion;

    /// <summary>Gets what the loss must know beside sums and counts.</summary>
    public PairDetails Details { get; init; }

    /// <summary>
    /// Gets whether an entry of the loss depends on several pairs: then on those of the whole step, however it is cut into micro-batches.
    /// </summary>
    public bool CouplesPairs { get; init; }

    /// <summary>
    /// Gets whether each pair has a value, the probability that its chosen side is the better one: its loss is then the expected one.
    /// </summary>
    public bool HasChosenProbabilities { get; init; }

    /// <inheritdoc/>
    public string ScoreKind => $"pairs {ReferenceDetails} {Precision}";

    private PairDetails ReferenceDetails => Details & ~PairDetails.Agreement;

    /// <inheritdoc/>
    public TermCounts Count(TokenBatch batch) => new(
        (TermCounts.Examples, batch.ExampleCount), (TermCounts.Tokens, SftTokenCount(batch.ExampleCount, TargetsOf(batch))));

    /// <inheritdoc/>
    public IStep<TokenBatch> Begin(IReadOnlyList<TokenBatch> step, TermCounts counts, ICollective all)
    {
        var coupled = CouplesPairs && (step.Count > 1 || all.Size > 1) ? Couple(step, all) : null;
        return new StepOf<TokenBatch>(batch => Evaluate(batch, counts, coupled?[batch]));
    }

    /// <inheritdoc/>
    public Tensor ReferenceScores(TokenBatch batch) => PairScores.Join(LiveReference(_reference!, batch));

    private StepResult Evaluate(TokenBatch batch, TermCounts step, Func<PairLogProbs, PreferenceLoss>? coupled)
    {
        using var statistics = new HeadStatistics();
        var (count, targets) = (batch.ExampleCount, TargetsOf(batch));
        var (logProbs, prompts) = PairPass.Run(_policy, batch with { Targets = targets }, new(Precision, Dropout: true), Details, statistics);
        var pairs = coupled is null ? LossOf(batch, logProbs) : coupled(logProbs);
        var negativeLogLikelihood = -logProbs.Sum.Chosen.sum().Plus(prompts.sum());
        var total = pairs.Loss.sum().Over(step[TermCounts.Examples]);
        if (SftWeight > 0)
            total = total.Plus(negativeLogLikelihood.Times(SftWeight / step[TermCounts.Tokens]));
        return new(total, [
            .. PairMetrics(count, pairs, logProbs.Sum.Detach()),
            .. CompletionMetrics.Of(batch, statistics),
            new("nll_loss", negativeLogLikelihood.detach(), SftTokenCount(count, targets))]);
    }

    private PreferenceLoss LossOf(TokenBatch batch, PairLogProbs policy)
    {
        var reference = ReferenceLogProbs(batch);
        var pairs = _loss(policy, reference);
        if (!HasChosenProbabilities)
            return pairs;
        var probabilities = tensor(batch.Examples.Select(example => example.Values[0]).ToArray(), device: pairs.Loss.device); // [B]
        var turned = _loss(policy.Swap(), _reference is null ? reference : reference.Swap());
        return pairs with { Loss = SoftLabels.Expected(pairs.Loss, turned.Loss, probabilities) };
    }

    private PackedTargets TargetsOf(TokenBatch batch) =>
        SftScope == SftScope.PromptAndCompletion ? PromptTargets.Append(batch) : batch.Targets;

    /// <summary>All sequences but the rejected ones: the chosen, and the prompts where they are there.</summary>
    private static int SftTokenCount(int count, PackedTargets targets) =>
        targets.TokenCount - targets.TokenCounts.Skip(count).Take(count).Sum();

    /// <summary>Nothing where there is no reference, which the loss then does not read.</summary>
    private PairLogProbs ReferenceLogProbs(TokenBatch batch) => _reference is null
        ? default
        : PairScores.Of(batch, ReferenceDetails, _policy.Device) ?? LiveReference(_reference, batch);

    private PairLogProbs LiveReference(LanguageModel reference, TokenBatch batch)
    {
        using var _ = no_grad();
        return PairPass.Run(reference, batch, new(Precision), ReferenceDetails).Pairs;
    }

    /// <summary>The loss of each micro-batch, split exactly from that of the whole step.</summary>
    private IReadOnlyDictionary<TokenBatch, Func<PairLogProbs, PreferenceLoss>> Couple(IReadOnlyList<TokenBatch> step, ICollective all)
    {
        using var _ = no_grad();
        return CoupledPairs.Split([.. step.Select(FirstLook)], _loss, all);
    }

    /// <summary>The log-probabilities of a micro-batch without dropout and gradients.</summary>
    private CoupledPairs.Part FirstLook(TokenBatch batch) =>
        new(batch, PairPass.Run(_policy, batch, new(Precision), Details).Pairs, ReferenceLogProbs(batch));

    private static IEnumerable<Metric> PairMetrics(int count, PreferenceLoss pairs, Pair logProbs)
    {
        var margin = pairs.ChosenReward - pairs.RejectedReward;
        return [
            new("rewards/chosen", pairs.ChosenReward.sum(), count),
            new("rewards/rejected", pairs.RejectedReward.sum(), count),
            new("rewards/accuracies", margin.IsAbove(0).sum(), count),
            new("rewards/margins", margin.sum(), count),
            new("logps/chosen", logProbs.Chosen.sum(), count),
            new("logps/rejected", logProbs.Rejected.sum(), count),
            .. pairs.Details.Select(detail => new Metric(detail.Name, detail.Values.sum(), count))];
    }
}
