using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>Completions that are cut before they end: their reward is that of a fragment.</summary>
internal sealed class TruncatedRule : IHealthRule
{
    private const double MostCut = 0.3;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts) =>
        Trend.OfSteps(history.Training(MetricNames.ClippedRatio)) is not { End: > MostCut } cut ? null : new(
            "completions_truncated", cut.End,
            string.Create(CultureInfo.InvariantCulture,
                $"{cut.End:P0} of the sampled completions reach MaxCompletionTokens without an end token " +
                $"({MetricNames.ClippedRatio} was {cut.Start:P0} at first)."),
            "Raise MaxCompletionTokens, take something off (MissingEndPenalty, MissingEndScore), leave them out (MasksTruncated), or see " +
            "whether the reward pays for length.");
}
