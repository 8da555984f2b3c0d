namespace Microsoft.ML.Alignment.Training;

/// <summary>What an optimizer step gave, as numbers on the host.</summary>
/// <param name="Loss">Sum of the micro-batches' shares.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="Metrics">By name.</param>
internal sealed record StepSummary(double Loss, double GradientNorm, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Reads the results of all micro-batches of a step in one copy to the host.</summary>
    public static StepSummary Read(IReadOnlyList<StepResult> results, double gradientNorm)
    {
        var metrics = results.SelectMany(result => result.Metrics).ToArray();
        var scalars = results.Select(result => result.Loss).Concat(metrics.Select(metric => metric.Value));
        var values = stack(scalars.Select(scalar => scalar.to(float64))).cpu().data<double>().ToArray();
        return new(values.Take(results.Count).Sum(), gradientNorm, Reduce(metrics, values[results.Count..]));
    }

    /// <summary>The same with further metrics.</summary>
    public StepSummary With(IEnumerable<KeyValuePair<string, double>> metrics) => this with { Metrics = Metrics.Concat(metrics).ToDictionary() };

    private static Dictionary<string, double> Reduce(Metric[] metrics, double[] values) =>
        metrics.Zip(values).GroupBy(pair => pair.First.Name).ToDictionary(group => group.Key, group => group.First().First.Reduction switch
        {
            MetricReduction.Sum => group.Sum(pair => pair.Second),
            MetricReduction.Minimum => group.Min(pair => pair.Second),
            MetricReduction.Maximum => group.Max(pair => pair.Second),
            _ => group.Sum(pair => pair.Second) / group.Sum(pair => pair.First.Weight),
        });
}
