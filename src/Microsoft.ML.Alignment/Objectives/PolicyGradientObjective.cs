using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// A policy gradient on completions that the policy sampled, shared by PPO, RLOO and GRPO, with the divergence from a reference where that
/// is part of the loss.
/// </summary>
/// <param name="policy">The model that trains.</param>
/// <param name="settings">The loss.</param>
internal sealed class PolicyGradientObjective(LanguageModel policy, PolicyGradientSettings settings) : IObjective<RolloutBatch>
{
    /// <inheritdoc/>
    public TermCounts Count(RolloutBatch batch) => new(
        (TermCounts.Examples, batch.Targets.SequenceCount + batch.LeftOut.Completions),
        (TermCounts.Tokens, batch.Trains.Sum() + batch.LeftOut.Tokens));

    /// <inheritdoc/>
    public IStep<RolloutBatch> Begin(IReadOnlyList<RolloutBatch> step, TermCounts counts, ICollective all)
    {
        var weights = new TokenWeights(
            settings.Averaging, counts[TermCounts.Examples], Math.Max(1, counts[TermCounts.Tokens]), settings.MaxCompletionLength);
        return new StepOf<RolloutBatch>(batch => Evaluate(batch, weights));
    }

    private StepResult Evaluate(RolloutBatch batch, TokenWeights weights)
    {
        var reading = policy.Forward(batch.Rows, new(settings.Precision)).At(batch.Targets, settings.Temperature);
        var (logProbs, entropy) = settings.EntropyCoefficient > 0 ? reading.LogProbsAndEntropy() : (reading.LogProbs(), (Tensor?)null); // [M]
        Tensor Given(float[] values) => tensor(values, device: logProbs.device);
        var tokens = new SampledTokens(
            logProbs, batch.OldLogProbs is { } old ? Given(old) : logProbs.detach(), Given(batch.Advantages), Sequences(batch, logProbs.device));
        var loss = settings.Loss.Compute(tokens);
        var perToken = loss.Loss;
        var divergence = batch.ReferenceLogProbs is { } reference ? Divergence(logProbs, Given(reference)) : null;
        if (settings.Penalty is { Coefficient: > 0 } penalty)
            perToken = perToken.Plus(Weighted(divergence!, tokens).Times(penalty.Coefficient));
        if (entropy is not null)
            perToken = perToken.sub(entropy.Times(settings.EntropyCoefficient));
        var share = Given(Weights(batch, weights)).mul(perToken).sum();
        return new(share, [.. PolicyMetrics.Of(batch, tokens, loss, (divergence, entropy))]);
    }

    private Tensor Divergence(Tensor logProbs, Tensor reference) =>
        KLEstimate.Compute(settings.Penalty?.Estimator ?? KLEstimator.K3, logProbs, reference);

    // Ratios of the loss are those of TRL: its own level, with their gradient.
    private Tensor Weighted(Tensor divergence, SampledTokens tokens) => settings.Penalty!.Estimator == KLEstimator.WeightedK3
        ? divergence.mul(tokens.LogRatios(settings.Loss.Ratio).exp())
        : divergence;

    private static float[] Weights(RolloutBatch batch, TokenWeights weights)
    {
        var ofToken = batch.Targets.TokenCounts.SelectMany(length => Enumerable.Repeat(weights.Of(length), length));
        return [.. ofToken.Zip(batch.Trains, (weight, trains) => (float)(weight * trains))];
    }

    private static TokenSequences Sequences(RolloutBatch batch, Device device) => new(
        tensor(batch.Targets.Sequences, device: device), tensor(Array.ConvertAll(batch.Targets.TokenCounts, count => (float)count), device: device));
}

/// <summary>The loss of a policy gradient.</summary>
/// <param name="Loss">Of a token.</param>
/// <param name="Averaging">What it is averaged over.</param>
/// <param name="MaxCompletionLength">The most tokens of a completion.</param>
internal sealed record PolicyGradientSettings(PolicyLoss Loss, TokenAveraging Averaging, int MaxCompletionLength)
{
    /// <summary>Gets the precision of the matrix products.</summary>
    public Precision Precision { get; init; }

    /// <summary>Gets what logits are divided by. The default is 1.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Gets what a nat of entropy of a token's distribution is worth.</summary>
    public double EntropyCoefficient { get; init; }

    /// <summary>Gets the divergence in the loss; null for none.</summary>
    public KLPenalty.InLoss? Penalty { get; init; }
}
