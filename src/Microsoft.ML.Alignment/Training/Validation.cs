using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Training;

/// <summary>A validation set and what is measured on it.</summary>
internal interface IValidation
{
    /// <summary>Measures the loss and the metrics of the model as it is, over the whole set.</summary>
    /// <returns>By TRL's names with the prefix <c>eval_</c>; the loss is <see cref="ValidationMetrics.Loss"/>.</returns>
    /// <exception cref="OperationCanceledException">It was canceled between two batches.</exception>
    IReadOnlyDictionary<string, double> Measure(CancellationToken cancellation);
}

/// <summary>Measures an objective on a validation set: each term over its count in the whole set, without gradients.</summary>
/// <param name="source">The set, whose first epoch is measured.</param>
/// <param name="objective">Over the model that trains, without dropout.</param>
internal sealed class Validation<TBatch>(IBatchSource<TBatch> source, IObjective<TBatch> objective) : IValidation
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Measure(CancellationToken cancellation)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var counts = objective.CountAll(Steps(cancellation).SelectMany(step => step), Alone.Instance);
        var summary = StepSummary.Read([.. Steps(cancellation).SelectMany(step => Measure(step, counts))], gradientNorm: 0);
        return summary.Metrics.Select(metric => KeyValuePair.Create(ValidationMetrics.Prefix + metric.Key, metric.Value))
            .Prepend(KeyValuePair.Create(ValidationMetrics.Loss, summary.Loss)).ToDictionary();
    }

    private StepResult[] Measure(IReadOnlyList<TBatch> step, TermCounts counts)
    {
        using var scope = NewDisposeScope();
        var begun = objective.Begin(step, counts, Alone.Instance);
        return [.. step.Select(batch => Measure(batch, begun).MoveToOuterDisposeScope())];
    }

    private static StepResult Measure(TBatch batch, IStep<TBatch> step)
    {
        using var scope = NewDisposeScope(); // the activations of one micro-batch go before the next one's come
        return step.Evaluate(batch).MoveToOuterDisposeScope();
    }

    private IEnumerable<IReadOnlyList<TBatch>> Steps(CancellationToken cancellation)
    {
        foreach (var step in source.Steps(from: 0).Take(source.StepsPerEpoch))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return step;
        }
    }
}

/// <summary>Names of what is measured on a validation set.</summary>
internal static class ValidationMetrics
{
    /// <summary>What stands before TRL's name of a metric.</summary>
    public const string Prefix = "eval_";

    /// <summary>The name of the loss.</summary>
    public const string Loss = Prefix + MetricNames.Loss;
}
