using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>A policy that does not end its answers.</summary>
internal sealed class EndTokenRule : IHealthRule
{
    private const double LeastProbability = 0.1;
    private const double MostClipped = 0.5;
    private const string Advice =
        "Look with Data.Inspect whether completions end with the end token, and whether MaxNewTokens leaves room for a whole answer; " +
        "train SFT for longer before preferences.";

    public HealthAdvice? Check(RunHistory history, HealthFacts facts)
    {
        if (history.Evaluation(MetricNames.EndLogProb) is [_, .., var end] && Math.Exp(end.Value) < LeastProbability)
            return new(
                "end_unlikely", end.Value,
                string.Create(CultureInfo.InvariantCulture,
                    $"The end token is unlikely: behind a whole completion it has a probability of {Math.Exp(end.Value):P1} " +
                    $"(logps/end {end.Value:F2})."),
                Advice);
        if (history.Evaluation(MetricNames.ClippedRatio) is [_, .., var clipped] && clipped.Value > MostClipped)
            return new(
                "end_unlikely", clipped.Value,
                string.Create(CultureInfo.InvariantCulture,
                    $"{clipped.Value:P0} of the answers to the fixed prompts reach the limit without an end token."),
                Advice);
        return null;
    }
}
