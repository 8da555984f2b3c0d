using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>The margin grows on pairs that are in order already; no others come over.</summary>
internal sealed class FlatAccuracyRule : IHealthRule
{
    private const double LeastRise = 0.02;
    private const double GoodEnough = 0.9;
    private const double LeastMargin = 0.1;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts) =>
        Check(history, MetricNames.Margin, MetricNames.Accuracy)
        ?? Check(history, MetricNames.RewardModelMargin, MetricNames.RewardModelAccuracy);

    private static HealthAdvice? Check(RunHistory history, string marginName, string accuracyName)
    {
        if (Trend.Of(history, marginName) is not { Rises: true, Rise: >= LeastMargin } margin
            || Accuracy(history, accuracyName) is not { } accuracy)
            return null;
        return accuracy.Rise >= LeastRise || accuracy.End >= GoodEnough ? null : new(
            "accuracy_flat", accuracy.End,
            string.Create(CultureInfo.InvariantCulture,
                $"The margin grows ({marginName} from {margin.Start:F2} to {margin.End:F2}), but no more pairs come into order " +
                $"({accuracyName} {accuracy.Start:P0}, then {accuracy.End:P0})."),
            "Few easy pairs carry the margin. Look at the pairs with the smallest margins: wrong labels, or a difference that the model " +
            "cannot see. More epochs will not help; cleaner pairs or LabelSmoothing may.");
    }

    // A policy that equals its reference puts no pair in order: its accuracy of 0 is no beginning to compare with.
    private static Trend? Accuracy(RunHistory history, string name) =>
        history.Evaluation(name).SkipWhile(value => value.Value == 0).ToArray() is [var first, .., var last]
            ? new Trend(first.Value, last.Value, 0)
            : Trend.OfSteps([.. history.Training(name).SkipWhile(value => value.Value == 0)]);
}
