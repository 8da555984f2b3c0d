using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>
/// The margin grows because the rejected completions fall, and the chosen ones fall with them (Pal et al., 2024, arXiv:2402.13228).
/// </summary>
internal sealed class FallingChosenRule : IHealthRule
{
    private const double LeastShare = 0.1;
    private const double LeastNats = 1;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts)
    {
        if (Trend.Of(history, MetricNames.ChosenLogProbs) is not { Falls: true } chosen
            || Trend.Of(history, MetricNames.Margin) is not { Rises: true } margin)
            return null;
        var fall = -chosen.Rise;
        return fall < LeastNats || fall < LeastShare * Math.Abs(chosen.Start) ? null : new(
            "chosen_falls", chosen.Rise,
            string.Create(CultureInfo.InvariantCulture,
                $"The chosen completions become less probable (logps/chosen from {chosen.Start:F1} to {chosen.End:F1} nats) " +
                $"while the margin grows ({margin.Start:F2} to {margin.End:F2}): the policy learns what to avoid, not what to say."),
            "Give the chosen completions a term of their own (SftWeight about 1), raise Beta, lower the learning rate, or stop earlier.");
    }
}
