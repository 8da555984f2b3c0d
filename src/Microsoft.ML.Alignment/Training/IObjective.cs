namespace Microsoft.ML.Alignment.Training;

/// <summary>How the values that the micro-batches of a step report become one.</summary>
internal enum MetricReduction
{
    /// <summary>All values over all weights.</summary>
    Mean,
    /// <summary>The sum of all values: shares of what the whole step gives.</summary>
    Sum,
    /// <summary>The least value.</summary>
    Minimum,
    /// <summary>The greatest value.</summary>
    Maximum,
}

/// <summary>A quantity to report.</summary>
/// <param name="Name">TRL's name, e.g. <c>rewards/margins</c>.</param>
/// <param name="Value">Scalar, detached, on the model's device: a sum over examples or tokens, or an extreme.</param>
/// <param name="Weight">Number of examples or tokens summed over.</param>
/// <param name="Reduction">How the step's micro-batches are put together.</param>
internal readonly record struct Metric(string Name, Tensor Value, double Weight, MetricReduction Reduction = MetricReduction.Mean);

/// <summary>What a micro-batch gave.</summary>
/// <param name="Loss">Scalar: this micro-batch's share of the step's loss; shares add up to it. Attached to the graph.</param>
/// <param name="Metrics">Read once, after the step.</param>
internal readonly record struct StepResult(Tensor Loss, IReadOnlyList<Metric> Metrics)
{
    /// <summary>The numbers without the graph, in the dispose scope around the current one.</summary>
    public StepResult MoveToOuterDisposeScope() => new(
        Loss.detach().MoveToOuterDisposeScope(),
        [.. Metrics.Select(metric => metric with { Value = metric.Value.MoveToOuterDisposeScope() })]);
}

/// <summary>What a method minimises.</summary>
internal interface IObjective<in TBatch>
{
    /// <summary>Counts what a micro-batch adds to the denominators of its step.</summary>
    TermCounts Count(TBatch batch);

    /// <summary>
    /// Begins an optimizer step: what couples its examples, over all micro-batches and all ranks, is computed here.
    /// </summary>
    /// <param name="step">This rank's micro-batches. What is computed lives in the caller's dispose scope, which is the step's.</param>
    /// <param name="counts">Denominators of the whole step, so that accumulation is exact.</param>
    /// <param name="all">The ranks that share the step.</param>
    IStep<TBatch> Begin(IReadOnlyList<TBatch> step, TermCounts counts, ICollective all);
}

/// <summary>An optimizer step: one of its micro-batches in, its share of the step's loss and its metrics out.</summary>
internal interface IStep<in TBatch>
{
    /// <summary>Evaluates a micro-batch. Tensors it returns live in the caller's dispose scope.</summary>
    StepResult Evaluate(TBatch batch);
}

/// <summary>A step whose micro-batches are evaluated by a function.</summary>
internal sealed class StepOf<TBatch>(Func<TBatch, StepResult> evaluate) : IStep<TBatch>
{
    /// <inheritdoc/>
    public StepResult Evaluate(TBatch batch) => evaluate(batch);
}

/// <summary>What all objectives offer.</summary>
internal static class ObjectiveExtensions
{
    /// <summary>The denominators of a step, over all ranks.</summary>
    public static TermCounts CountAll<TBatch>(this IObjective<TBatch> objective, IEnumerable<TBatch> step, ICollective all) =>
        step.Select(objective.Count).Aggregate((a, b) => a + b).Over(all);
}
