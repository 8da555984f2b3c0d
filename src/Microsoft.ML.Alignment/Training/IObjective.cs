namespace Microsoft.ML.Alignment.Training;

/// <summary>Denominators of the terms of a loss: what each is averaged over.</summary>
/// <param name="Examples">Rows, or pairs.</param>
/// <param name="Tokens">Completion tokens that the term runs over.</param>
internal readonly record struct TermCounts(double Examples, double Tokens)
{
    public static TermCounts operator +(TermCounts a, TermCounts b) => new(a.Examples + b.Examples, a.Tokens + b.Tokens);
}

/// <summary>How the values that the micro-batches of a step report become one.</summary>
internal enum MetricReduction
{
    /// <summary>All values over all weights.</summary>
    Mean,
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

/// <summary>What a method minimises: one micro-batch in, its share of the step's loss and its metrics out.</summary>
internal interface IObjective<in TBatch>
{
    /// <summary>
    /// Looks at a whole optimizer step before its micro-batches are evaluated: where examples are coupled, what each must know of the
    /// others is computed here. A micro-batch that was not announced is a step of its own.
    /// </summary>
    /// <param name="step">The micro-batches. What is computed lives in the caller's dispose scope, which is the step's.</param>
    void Begin(IReadOnlyList<TBatch> step)
    {
    }

    /// <summary>Counts what this micro-batch adds to the denominators of the step.</summary>
    TermCounts Count(TBatch batch);

    /// <summary>Evaluates a micro-batch. Tensors it returns live in the caller's dispose scope.</summary>
    /// <param name="batch">The micro-batch.</param>
    /// <param name="step">Counts of the whole optimizer step, so that accumulation is exact.</param>
    StepResult Evaluate(TBatch batch, TermCounts step);
}
