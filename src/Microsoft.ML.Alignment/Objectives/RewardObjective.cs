using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>Training of a reward model on pairs with <see cref="BradleyTerryLoss"/>.</summary>
/// <param name="model">A model with a reward head.</param>
/// <param name="centering">Coefficient of the term that keeps rewards around 0; 0 or more.</param>
/// <param name="precision">Precision of the matrix products.</param>
internal sealed class RewardObjective(LanguageModel model, double centering, Precision precision) : IObjective<MarginBatch>
{
    /// <inheritdoc/>
    public TermCounts Count(MarginBatch batch) => new((TermCounts.Examples, batch.ExampleCount));

    /// <inheritdoc/>
    public IStep<MarginBatch> Begin(IReadOnlyList<MarginBatch> step, TermCounts counts, ICollective all) =>
        new StepOf<MarginBatch>(batch => Evaluate(batch, counts));

    private StepResult Evaluate(MarginBatch batch, TermCounts step)
    {
        var rewards = model.Rewards(batch.Rows, batch.Targets, new ForwardOptions(precision, Dropout: true));
        var pairs = Pair.Split(rewards);
        var margins = batch.Margins is { } given ? tensor(given, device: rewards.device) : null; // [B]
        var probabilities = batch.ChosenProbabilities is { } known ? tensor(known, device: rewards.device) : null; // [B]
        var loss = BradleyTerryLoss.Compute(pairs, margins, centering, probabilities);
        return new(loss.sum().Over(step[TermCounts.Examples]), RewardMetrics(rewards.detach(), pairs.Detach().Margin));
    }

    private static Metric[] RewardMetrics(Tensor rewards, Tensor margin) => [
        new("accuracy", margin.IsAbove(0).sum(), margin.shape[0]),
        new("margin", margin.sum(), margin.shape[0]),
        new("mean_reward", rewards.sum(), rewards.shape[0]),
        new("min_reward", rewards.amin(0), 1, MetricReduction.Minimum),
        new("max_reward", rewards.amax(0), 1, MetricReduction.Maximum)];
}
