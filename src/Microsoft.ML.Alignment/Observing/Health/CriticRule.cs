using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>A critic whose values say no more about the returns than their mean does.</summary>
internal sealed class CriticRule : IHealthRule
{
    // Of the first steps nobody expects much.
    private const int FewestSteps = 40;
    private const double LeastSpread = 1e-6;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts)
    {
        if (End(history, MetricNames.ValueError) is not { } error || End(history, MetricNames.SquaredReturn) is not { } square
            || End(history, MetricNames.Return) is not { } mean || square - (mean * mean) is var variance && variance < LeastSpread)
            return null;
        var explained = 1 - (error / variance);
        return explained > 0 ? null : new(
            "critic_explains_nothing", explained,
            string.Create(CultureInfo.InvariantCulture,
                $"The critic explains none of the returns: its squared error is {error:F3}, their variance {variance:F3} " +
                $"(explained {explained:F2})."),
            "Start the critic from the reward model (CriticStart), raise CriticRateFactor or ValueCoefficient, widen ValueClipRange, " +
            "or normalise the scores.");
    }

    private static double? End(RunHistory history, string name) => history.Training(name) is { Count: >= FewestSteps } values
        ? values.TakeLast(values.Count / 5).Average(value => value.Value)
        : null;
}
