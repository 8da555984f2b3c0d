using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>A policy that always writes the same has nothing left to compare, and learns no more.</summary>
internal sealed class EntropyRule : IHealthRule
{
    private const double LeastShare = 0.1;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts) =>
        Trend.OfSteps(history.Training(MetricNames.CompletionEntropy)) is not { Start: > 0, Falls: true } entropy
        || entropy.End >= LeastShare * entropy.Start
            ? null
            : new(
                "entropy_collapses", entropy.End,
                string.Create(CultureInfo.InvariantCulture,
                    $"The policy hardly varies what it writes: {MetricNames.CompletionEntropy} was {entropy.Start:F2} nats a completion " +
                    $"and is {entropy.End:F2}."),
                "Lower the learning rate, take fewer Passes, raise EntropyCoefficient or the KL coefficient, or clip higher ratios later " +
                "(ClipRange).");
}
