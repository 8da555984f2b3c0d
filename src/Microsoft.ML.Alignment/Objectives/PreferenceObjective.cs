using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>The objective of every pairwise method: only the loss differs.</summary>
/// <param name="policy">The model that trains.</param>
/// <param name="reference">The model that the policy is compared with. It sees the same rows, without dropout.</param>
/// <param name="loss">The method's loss, averaged over the pairs of the optimizer step.</param>
internal sealed class PreferenceObjective(LanguageModel policy, LanguageModel reference, PairwiseLoss loss)
    : IObjective<TokenBatch>, IReferenceScores
{
    private Dictionary<TokenBatch, Func<PairLogProbs, PreferenceLoss>> _coupled = [];

    /// <summary>Gets the precision of the matrix products of both models.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>
    /// Gets the weight of the chosen completions' negative log-likelihood, averaged over their tokens in the optimizer step. 0 or more.
    /// </summary>
    public double SftWeight { get; init; }

    /// <summary>Gets what the loss must know beside sums and counts.</summary>
    public PairDetails Details { get; init; }

    /// <summary>
    /// Gets whether an entry of the loss depends on several pairs: then on those of the whole step, however it is cut into micro-batches.
    /// </summary>
    public bool CouplesPairs { get; init; }

    /// <inheritdoc/>
    public void Begin(IReadOnlyList<TokenBatch> step)
    {
        _coupled = [];
        if (!CouplesPairs || step.Count < 2)
            return;
        using var _ = no_grad();
        _coupled = CoupledPairs.Split([.. step.Select(Look)], loss);
    }

    /// <inheritdoc/>
    public TermCounts Count(TokenBatch batch) => new(batch.ExampleCount, batch.Targets.TokenCounts.Take(batch.ExampleCount).Sum());

    /// <inheritdoc/>
    public StepResult Evaluate(TokenBatch batch, TermCounts step)
    {
        var logProbs = PairPass.Run(policy, batch, new ForwardOptions(Precision, Dropout: true), Details);
        var pairs = _coupled.TryGetValue(batch, out var coupled) ? coupled(logProbs) : loss(logProbs, ReferenceLogProbs(batch));
        var negativeLogLikelihood = -logProbs.Sum.Chosen.sum();
        var total = pairs.Loss.sum() / step.Examples;
        if (SftWeight > 0)
            total += negativeLogLikelihood * (SftWeight / step.Tokens);
        return new(total, [
            .. PairMetrics(batch.ExampleCount, pairs, logProbs.Sum.Detach()),
            new("nll_loss", negativeLogLikelihood.detach(), Count(batch).Tokens)]);
    }

    /// <inheritdoc/>
    public string ScoreKind => $"pairs {ReferenceDetails} {Precision}";

    /// <inheritdoc/>
    public Tensor ReferenceScores(TokenBatch batch) => PairScores.Join(LiveReference(batch));

    private PairDetails ReferenceDetails => Details & ~PairDetails.Agreement;

    private PairLogProbs ReferenceLogProbs(TokenBatch batch) =>
        PairScores.Of(batch, ReferenceDetails, policy.Network.Device) ?? LiveReference(batch);

    private PairLogProbs LiveReference(TokenBatch batch)
    {
        using var _ = no_grad();
        return PairPass.Run(reference, batch, new ForwardOptions(Precision), ReferenceDetails);
    }

    /// <summary>A first look at a micro-batch, without dropout and gradients.</summary>
    private CoupledPairs.Part Look(TokenBatch batch) =>
        new(batch, PairPass.Run(policy, batch, new ForwardOptions(Precision), Details), ReferenceLogProbs(batch));

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
