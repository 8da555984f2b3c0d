using System.Globalization;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>Gradient norms many times those of before: the next step may ruin the model.</summary>
internal sealed class ExplodingGradientRule : IHealthRule
{
    private const int Recent = 5;
    private const double MostGrowth = 10;

    public HealthAdvice? Check(RunHistory history, HealthFacts facts)
    {
        var norms = history.Training(MetricNames.GradientNorm);
        if (norms.Count < 3 * Recent)
            return null;
        var (before, now) = (Median(norms.SkipLast(Recent)), Median(norms.TakeLast(Recent)));
        return before <= 0 || now <= MostGrowth * before ? null : new(
            "exploding_gradients", now,
            string.Create(CultureInfo.InvariantCulture,
                $"Gradients explode: grad_norm is {now:G3} over the last {Recent} steps, " +
                $"{now / before:F0} times the {before:G3} before them."),
            "Go back to a checkpoint before that, with a smaller learning rate, a longer warmup or a smaller MaxGradientNorm; " +
            "look at the rows of those steps.");
    }

    private static double Median(IEnumerable<StepValue> values)
    {
        double[] sorted = [.. values.Select(value => value.Value).Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
