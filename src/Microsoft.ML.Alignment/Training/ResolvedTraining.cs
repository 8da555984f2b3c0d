using System.Globalization;

namespace Microsoft.ML.Alignment.Training;

/// <summary>Training options with nothing left open. Their meaning is that of <see cref="TrainingOptions"/>.</summary>
internal sealed record ResolvedTraining
{
    public required double LearningRate { get; init; }

    public required int Epochs { get; init; }

    /// <summary>Gets the optimizer steps of the run; 0 where the epochs decide.</summary>
    public required int MaxSteps { get; init; }

    public required int BatchSize { get; init; }

    public required int MicroBatchSize { get; init; }

    public required int MicroBatchTokens { get; init; }

    public required int MaxLength { get; init; }

    public required double WarmupRatio { get; init; }

    public required LearningRateSchedule Schedule { get; init; }

    public required double WeightDecay { get; init; }

    public required double AdamBeta1 { get; init; }

    public required double AdamBeta2 { get; init; }

    public required double AdamEpsilon { get; init; }

    public required double MaxGradientNorm { get; init; }

    public required Precision Precision { get; init; }

    public required bool Shuffle { get; init; }

    public required int Seed { get; init; }

    /// <summary>Gets the steps between two evaluations; 0 is an epoch.</summary>
    public required int EvaluateEverySteps { get; init; }

    /// <summary>Gets how many evaluations may pass without a new best; 0 is any number.</summary>
    public required int EarlyStoppingPatience { get; init; }

    public required bool LoadBestAtEnd { get; init; }

    public required InvalidRows InvalidRows { get; init; }

    public LongCompletions LongCompletions { get; init; }

    /// <summary>Computes the optimizer steps of a run over data with so many steps an epoch.</summary>
    public int TotalSteps(int stepsPerEpoch) => MaxSteps > 0 ? MaxSteps : checked(Epochs * stepsPerEpoch);

    /// <summary>Refuses options that only an evaluation gives a meaning, where nothing is evaluated.</summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public void RequireWhatIsEvaluated(bool hasValidationSet, bool measuresOtherwise)
    {
        if (!hasValidationSet && (EarlyStoppingPatience > 0 || LoadBestAtEnd))
            throw new InvalidOperationException(
                $"{nameof(EarlyStoppingPatience)} and {nameof(LoadBestAtEnd)} go by the validation loss; " +
                "give the trainer a validationSet, or leave them out.");
        if (!hasValidationSet && !measuresOtherwise && EvaluateEverySteps > 0)
            throw new InvalidOperationException(
                $"{nameof(EvaluateEverySteps)} is {EvaluateEverySteps}, but there is nothing to evaluate; " +
                $"give the trainer a validationSet or the run {nameof(AlignmentRun.SamplePrompts)} or {nameof(AlignmentRun.Measure)}, or leave " +
                "it out.");
    }

    /// <summary>All values in one line, for the log.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"learning rate {LearningRate:G4} ({Schedule}, warmup {WarmupRatio:G4}), {Length()}, batch {BatchSize}, " +
        $"at once {MicroBatchSize} or {MicroBatchTokens} tokens, " +
        $"max length {MaxLength}, AdamW beta {AdamBeta1:G6}/{AdamBeta2:G6} epsilon {AdamEpsilon:G4} weight decay {WeightDecay:G4}, " +
        $"max gradient norm {MaxGradientNorm:G4}, {Precision}, shuffle {Shuffle}, seed {Seed}, invalid rows {InvalidRows}, long completions " +
        $"{LongCompletions}{Evaluation()}");

    private string Evaluation() => (EvaluateEverySteps > 0 ? $", evaluated every {EvaluateEverySteps} steps" : "") +
        (EarlyStoppingPatience > 0 ? $", stops after {EarlyStoppingPatience} without a new best" : "") +
        (LoadBestAtEnd ? ", ends with the best" : "");

    private string Length() => MaxSteps > 0 ? $"{MaxSteps} steps" : $"{Epochs} epochs";
}
