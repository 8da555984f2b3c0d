using System.Text.Json.Serialization;

namespace Microsoft.ML.Alignment.Training;

/// <summary>
/// Where a stage stands: what a checkpoint holds beside tensors. The place in the order of the data follows from the step.
/// </summary>
internal sealed record TrainingState
{
    /// <summary>Gets the optimizer steps done.</summary>
    public int Step { get; init; }

    /// <summary>Gets the step of the last evaluation; −1 before the first.</summary>
    public int EvaluatedStep { get; init; } = -1;

    /// <summary>Gets the step of the lowest validation loss; 0 where there is none.</summary>
    public int BestStep { get; init; }

    /// <summary>Gets the lowest validation loss; null where there is none.</summary>
    public double? BestLoss { get; init; }

    /// <summary>Gets the evaluations since the best one.</summary>
    public int EvaluationsSinceBest { get; init; }

    /// <summary>Gets what the last step and the last evaluation measured, by TRL's names.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Gets what they were at the best step; null where there is none.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public IReadOnlyDictionary<string, double>? BestMetrics { get; init; }

    /// <summary>The state with newer measurements in the place of older ones of the same names.</summary>
    public TrainingState Measured(IEnumerable<KeyValuePair<string, double>> metrics)
    {
        var merged = new Dictionary<string, double>(Metrics);
        foreach (var (name, value) in metrics)
            merged[name] = value;
        return this with { Metrics = merged };
    }

    /// <summary>The state after an evaluation at the current step.</summary>
    /// <param name="loss">The validation loss; null without a validation set. What is not finite is never the best.</param>
    public TrainingState Evaluated(double? loss)
    {
        var evaluated = this with { EvaluatedStep = Step };
        if (loss is null || Step == 0)
            return evaluated;
        return double.IsFinite(loss.Value) && (BestLoss is null || loss < BestLoss)
            ? evaluated with { BestStep = Step, BestLoss = loss, EvaluationsSinceBest = 0 }
            : evaluated with { EvaluationsSinceBest = EvaluationsSinceBest + 1 };
    }
}
