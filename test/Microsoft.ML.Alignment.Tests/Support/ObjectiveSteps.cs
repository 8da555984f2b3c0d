using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Optimizer steps of an objective without the training loop.</summary>
internal static class ObjectiveSteps
{
    /// <summary>Begins a step of one rank.</summary>
    public static IStep<TBatch> Begin<TBatch>(this IObjective<TBatch> objective, IReadOnlyList<TBatch> step) =>
        objective.Begin(step, objective.CountAll(step, Alone.Instance), Alone.Instance);

    /// <summary>A whole step's loss, gradients and metrics.</summary>
    public static (double Loss, float[][] Gradients, IReadOnlyDictionary<string, double> Metrics) Run<TBatch>(
        LanguageModel model, IObjective<TBatch> objective, IReadOnlyList<TBatch> batches)
    {
        foreach (var parameter in model.TrainableParameters)
            parameter.grad?.zero_();
        var step = objective.Begin(batches);
        StepResult[] results = [.. batches.Select(step.Evaluate)];
        foreach (var result in results)
            result.Loss.backward();
        var summary = StepSummary.Read([.. results.Select(result => result with { Loss = result.Loss.detach() })], 0);
        return (summary.Loss, [.. model.TrainableParameters.Select(parameter => parameter.grad!.data<float>().ToArray())], summary.Metrics);
    }

    /// <summary>Evaluates a micro-batch that is a step of its own.</summary>
    public static StepResult Evaluate<TBatch>(this IObjective<TBatch> objective, TBatch batch) => objective.Begin([batch]).Evaluate(batch);
}
