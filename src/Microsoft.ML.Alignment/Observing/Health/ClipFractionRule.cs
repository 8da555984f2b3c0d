using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>Ratios that are mostly clipped: the policy has left the one that sampled, and most tokens teach nothing.</summary>
internal sealed class ClipFractionRule : IHealthRule
{
    private const double MostClipped = 0.4;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts) =>
        Trend.OfSteps(history.Training(MetricNames.ClipFraction)) is not { End: > MostClipped } clipped ? null : new(
            "clip_fraction", clipped.End,
            string.Create(CultureInfo.InvariantCulture,
                $"{clipped.End:P0} of the tokens have a ratio outside the clip range ({MetricNames.ClipFraction}): steps are too large for a round."),
            "Lower the learning rate, or take fewer Passes or MiniBatches over what was sampled.");
}
