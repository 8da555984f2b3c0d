namespace Microsoft.ML.Alignment.Training;

/// <summary>Decides when a stage is evaluated, and does it.</summary>
/// <param name="training">How often.</param>
/// <param name="context">What answers the fixed prompts.</param>
/// <param name="validation">The validation set; null if there is none.</param>
/// <param name="stepsPerEpoch">Steps of an epoch.</param>
/// <param name="totalSteps">Steps of the stage.</param>
internal sealed class Evaluator(
    ResolvedTraining training, TrainingContext context, IValidation? validation, int stepsPerEpoch, int totalSteps)
{
    private readonly int _interval = training.EvaluateEverySteps > 0 ? training.EvaluateEverySteps : stepsPerEpoch;

    /// <summary>Whether the model is to be evaluated where the stage stands, and was not yet.</summary>
    public bool IsDue(TrainingState state) =>
        (validation is not null || context.AnswerSamples is not null || context.Measure is not null) && state.EvaluatedStep != state.Step
        && (state.Step % _interval == 0 || state.Step == totalSteps);

    /// <summary>Evaluates.</summary>
    /// <returns>What was found, and the state after it.</returns>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    public (StageEvaluation Evaluation, TrainingState State) Evaluate(TrainingState state)
    {
        var cancellation = context.Run.CancellationToken;
        var metrics = Measured(validation?.Measure(cancellation) ?? new Dictionary<string, double>());
        var answers = context.AnswerSamples?.Invoke(cancellation) ?? [];
        var after = state.Evaluated(metrics.TryGetValue(ValidationMetrics.Loss, out var loss) ? loss : null);
        return (new(state.Step, metrics, answers) { IsBest = after.BestStep == state.Step && state.Step > 0 }, after);
    }

    private IReadOnlyDictionary<string, double> Measured(IReadOnlyDictionary<string, double> ofValidation)
    {
        if (context.Measure is null)
            return ofValidation;
        var all = new Dictionary<string, double>(ofValidation);
        foreach (var (name, value) in context.Measure())
            if (!all.TryAdd(ValidationMetrics.Prefix + name, value))
                throw new InvalidOperationException(
                    $"{nameof(AlignmentRun)}.{nameof(AlignmentRun.Measure)} gave '{name}', and there is a metric " +
                    $"{ValidationMetrics.Prefix}{name} already; give it another name.");
        return all;
    }

    /// <summary>Whether the validation loss has not fallen for as many evaluations as the options allow.</summary>
    public bool IsPatienceOver(TrainingState state) =>
        training.EarlyStoppingPatience > 0 && state.EvaluationsSinceBest >= training.EarlyStoppingPatience;
}
