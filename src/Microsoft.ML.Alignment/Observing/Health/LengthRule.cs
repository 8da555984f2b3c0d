using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>Answers become much longer or shorter under a reward or preference, which often is length and nothing else.</summary>
internal sealed class LengthRule : IHealthRule
{
    private const double MostRatio = 1.5;
    private const double LeastTokens = 4;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts)
    {
        if (!HasRewards(history) || Trend.Of(history, MetricNames.CompletionLength) is not { Start: > 0, End: > 0 } length)
            return null;
        var ratio = length.End / length.Start;
        return Math.Abs(length.Rise) < LeastTokens || (ratio < MostRatio && ratio > 1 / MostRatio) ? null : new(
            "length_drifts", ratio,
            string.Create(CultureInfo.InvariantCulture,
                $"Answers become {(ratio > 1 ? "longer" : "shorter")}: {length.Start:F0} tokens at the beginning, {length.End:F0} now " +
                $"({ratio:F1} times)."),
            history.Training(MetricNames.Scores).Count > 0
                ? "Look whether the reward pays for length alone: read the answers with the highest reward. Take something off for length, or " +
                  "raise the KL coefficient."
                : "Look whether chosen and rejected differ in length alone. Balance them, or take a loss that counts per token " +
                  "(SimPo, or Ipo per token).");
    }

    // Imitation is meant to change lengths.
    private static bool HasRewards(RunHistory history) =>
        history.Names.Any(name =>
            name.StartsWith("rewards/", StringComparison.Ordinal) || name.StartsWith("objective/", StringComparison.Ordinal));
}
