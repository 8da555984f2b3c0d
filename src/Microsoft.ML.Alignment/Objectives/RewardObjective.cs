using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>
/// Training of a reward model on pairs with <see cref="BradleyTerryLoss"/>. The margin of a pair is its first value, where it has one.
/// </summary>
/// <param name="model">A model with a reward head.</param>
/// <param name="centering">Coefficient of the term that keeps rewards around 0; 0 or more.</param>
/// <param name="precision">Precision of the matrix products.</param>
internal sealed class RewardObjective(LanguageModel model, double centering, Precision precision) : IObjective<TokenBatch>
{
    /// <inheritdoc/>
    public TermCounts Count(TokenBatch batch) => new(batch.ExampleCount, batch.Targets.TokenCount);

    /// <inheritdoc/>
    public StepResult Evaluate(TokenBatch batch, TermCounts step)
    {
        var rewards = model.Rewards(batch.Rows, batch.Targets, new ForwardOptions(precision, Dropout: true));
        var pairs = Pair.Split(rewards);
        var loss = BradleyTerryLoss.Compute(pairs, Margin(batch, rewards.device), centering);
        return new(loss.sum().Over(step.Examples), RewardMetrics(rewards.detach(), pairs.Detach().Margin));
    }

    private static Tensor? Margin(TokenBatch batch, Device device) => batch.Values[0].Length == 0
        ? null
        : tensor(batch.Values.Select(values => values[0]).ToArray(), device: device); // [B]

    private static Metric[] RewardMetrics(Tensor rewards, Tensor margin) => [
        new("accuracy", margin.IsAbove(0).sum(), margin.shape[0]),
        new("margin", margin.sum(), margin.shape[0]),
        new("mean_reward", rewards.sum(), rewards.shape[0]),
        new("min_reward", rewards.min(), 1, MetricReduction.Minimum),
        new("max_reward", rewards.max(), 1, MetricReduction.Maximum)];
}
