using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Observing.Health;

/// <summary>How a metric moved: the mean of its first fifth against that of its last.</summary>
/// <param name="Start">Mean at the beginning.</param>
/// <param name="End">Mean at the end.</param>
/// <param name="StandardError">Of their difference; 0 for evaluations, which see the same rows each time.</param>
internal readonly record struct Trend(double Start, double End, double StandardError)
{
    // Fewer steps than this say little about batches that differ.
    private const int FewestSteps = 20;
    private const int MostOfAnEnd = 20;
    private const double Errors = 3;

    /// <summary>Gets how much the metric rose.</summary>
    public double Rise => End - Start;

    /// <summary>Gets whether it rose by more than chance does.</summary>
    public bool Rises => Rise > Errors * StandardError;

    /// <summary>Gets whether it fell by more than chance does.</summary>
    public bool Falls => -Rise > Errors * StandardError;

    /// <summary>The trend of the evaluations if there were two, else that of the steps if there were enough, else null.</summary>
    public static Trend? Of(RunHistory history, string name) =>
        OfEvaluations(history.Evaluation(name)) ?? OfSteps(history.Training(name));

    /// <summary>The trend of the training steps; null if there were too few.</summary>
    public static Trend? OfSteps(IReadOnlyList<StepValue> values)
    {
        if (values.Count < FewestSteps)
            return null;
        var count = Math.Min(values.Count / 5, MostOfAnEnd);
        double[] first = [.. values.Take(count).Select(value => value.Value)];
        double[] last = [.. values.TakeLast(count).Select(value => value.Value)];
        return new(first.Average(), last.Average(), Math.Sqrt((Variance(first) + Variance(last)) / count));
    }

    private static Trend? OfEvaluations(IReadOnlyList<StepValue> values) =>
        values.Count < 2 ? null : new(values[0].Value, values[^1].Value, 0);

    private static double Variance(double[] values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
    }
}
