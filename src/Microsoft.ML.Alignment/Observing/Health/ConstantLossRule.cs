using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>A loss that stands still from the first step on: the learning rate is too small.</summary>
internal sealed class ConstantLossRule : IHealthRule
{
    private const double LeastChange = 0.01;

    // Below this there is nothing left to learn.
    private const double Learned = 0.05;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts)
    {
        if (Trend.OfSteps(history.Training(MetricNames.Loss)) is not { } loss || Math.Abs(loss.Start) < Learned)
            return null;
        var change = Math.Abs(loss.Rise / loss.Start);
        if (change >= LeastChange || IsEvaluationMoving(history))
            return null;
        var rate = history.Training(MetricNames.LearningRate).Select(value => value.Value).DefaultIfEmpty(double.NaN).Max();
        return new(
            "constant_loss", change,
            string.Create(CultureInfo.InvariantCulture,
                $"The loss stands still: {loss.Start:F4} at the beginning, {loss.End:F4} after {history.LastStep} steps, " +
                $"at a learning rate of up to {rate:G3}."),
            "Raise the learning rate three- to tenfold (LoRA wants about ten times the rate of full training), or train for more steps.");
    }

    private static bool IsEvaluationMoving(RunHistory history) =>
        history.Evaluation(MetricNames.Loss) is [var first, .., var last]
        && Math.Abs(last.Value - first.Value) >= LeastChange * Math.Abs(first.Value);
}
