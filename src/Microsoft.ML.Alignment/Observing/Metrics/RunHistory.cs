namespace Microsoft.ML.Alignment.Observing.Metrics;

/// <summary>A value and its step.</summary>
internal readonly record struct StepValue(int Step, double Value);

/// <summary>All that a stage measured, in the order of the steps.</summary>
internal sealed class RunHistory(IReadOnlyList<MetricsPoint> points)
{
    private readonly List<MetricsPoint> _points = [.. points];

    /// <summary>Gets the names of all metrics, in the order in which they first appeared.</summary>
    public IReadOnlyList<string> Names => [.. _points.SelectMany(point => point.Values.Keys).Distinct()];

    /// <summary>Gets the steps that are known, training or evaluation; 0 if there are none.</summary>
    public int LastStep => _points.Count == 0 ? 0 : _points.Max(point => point.Step);

    public void Add(MetricsPoint point) => _points.Add(point);

    /// <summary>What training reported of a metric. Values that are no finite numbers are left out.</summary>
    public IReadOnlyList<StepValue> Training(string name) => Series(name, isEvaluation: false);

    /// <summary>What evaluations reported of a metric. Values that are no finite numbers are left out.</summary>
    public IReadOnlyList<StepValue> Evaluation(string name) => Series(name, isEvaluation: true);

    private StepValue[] Series(string name, bool isEvaluation) =>
    [
        .. from point in _points
           where point.IsEvaluation == isEvaluation && point.Values.TryGetValue(name, out var value) && double.IsFinite(value)
           select new StepValue(point.Step, point.Values[name]),
    ];
}
