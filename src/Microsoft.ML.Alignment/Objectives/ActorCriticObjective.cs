using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Losses;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Rollouts;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Objectives;

/// <summary>A policy gradient, and beside it the loss of the critic that it compares with.</summary>
/// <param name="policy">The policy's part.</param>
/// <param name="critic">The critic.</param>
/// <param name="settings">The critic's part.</param>
internal sealed class ActorCriticObjective(PolicyGradientObjective policy, Critic critic, CriticSettings settings) : IObjective<RolloutBatch>
{
    /// <inheritdoc/>
    public TermCounts Count(RolloutBatch batch) => policy.Count(batch);

    /// <inheritdoc/>
    public IStep<RolloutBatch> Begin(IReadOnlyList<RolloutBatch> step, TermCounts counts, ICollective all)
    {
        var ofPolicy = policy.Begin(step, counts, all);
        var tokens = Math.Max(1, counts[TermCounts.Tokens]);
        return new StepOf<RolloutBatch>(batch =>
        {
            var actor = ofPolicy.Evaluate(batch);
            var value = Evaluate(batch, tokens);
            return new(actor.Loss.Plus(value.Loss.Times(settings.Coefficient)), [
                .. actor.Metrics, new("loss/policy_avg", actor.Loss.detach(), 1, MetricReduction.Sum), .. value.Metrics]);
        });
    }

    private StepResult Evaluate(RolloutBatch batch, double tokens)
    {
        var (values, _) = critic.Values(batch.Rows, batch.Targets, settings.Precision);
        Tensor Given(float[] numbers) => tensor(numbers, device: values.device);
        var (trains, returns) = (Given(batch.Trains), Given(batch.Returns!));
        var (loss, clipped) = ClippedValueLoss.Compute(values, Given(batch.OldValues!), returns, settings.ClipRange);
        var share = loss.mul(trains).sum().Over(tokens);
        double count = batch.Trains.Sum();
        Metric Sum(string name, Tensor ofTokens) => new(name, ofTokens.detach().to_type(ScalarType.Float32).mul(trains).sum(), count);
        return new(share, count == 0 ? [] : [
            new("loss/value_avg", share.detach(), 1, MetricReduction.Sum), Sum("val/clipfrac_avg", clipped), Sum(ValueMetrics.Value, values),
            Sum(ValueMetrics.Return, returns), Sum(ValueMetrics.SquaredReturn, returns.Squared()),
            Sum(ValueMetrics.SquaredError, values.sub(returns).Squared())]);
    }
}

/// <summary>The loss of a critic.</summary>
/// <param name="Coefficient">Its weight beside the policy's.</param>
/// <param name="ClipRange">How far values may move in a round; null for any distance.</param>
/// <param name="Precision">Precision of the matrix products.</param>
internal sealed record CriticSettings(double Coefficient, double? ClipRange, Precision Precision);

/// <summary>
/// Names of what is reported of a critic; the share of the returns' variance that it explains is 1 − error / (square − mean²).
/// </summary>
internal static class ValueMetrics
{
    public const string Value = "val/value_mean";
    public const string Return = MetricNames.Return;
    public const string SquaredReturn = MetricNames.SquaredReturn;
    public const string SquaredError = MetricNames.ValueError;
}
