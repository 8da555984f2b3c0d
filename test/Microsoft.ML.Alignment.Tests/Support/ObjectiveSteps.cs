using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Optimizer steps of an objective without the training loop.</summary>
internal static class ObjectiveSteps
{
    /// <summary>Begins a step of one rank.</summary>
    public static IStep<TBatch> Begin<TBatch>(this IObjective<TBatch> objective, IReadOnlyList<TBatch> step) =>
        objective.Begin(step, objective.CountAll(step, Alone.Instance), Alone.Instance);

    /// <summary>Evaluates a micro-batch that is a step of its own.</summary>
    public static StepResult Evaluate<TBatch>(this IObjective<TBatch> objective, TBatch batch) => objective.Begin([batch]).Evaluate(batch);
}
