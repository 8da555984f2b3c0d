namespace Microsoft.ML.Alignment.Training;

/// <summary>
/// What watches a stage while it trains. Called by the loop, on its thread, between two steps: <see cref="Started"/>, then
/// <see cref="Evaluated"/> and <see cref="Stepped"/> as they happen, then <see cref="Ended"/>. What it throws ends the run.
/// </summary>
/// <remarks>
/// At a step with an evaluation, <see cref="Stepped"/> comes first. A resumed stage begins at
/// <see cref="StageStart.ResumedStep"/>; what was reported of later steps before the interruption is reported again.
/// </remarks>
internal interface ITrainingObserver
{
    /// <summary>A stage is about to begin, or to go on, or was finished by an earlier process and will not train.</summary>
    void Started(StageStart stage)
    {
    }

    /// <summary>An optimizer step was taken.</summary>
    void Stepped(TrainingProgress progress)
    {
    }

    /// <summary>The policy wrote something for the step that was just reported; comes behind <see cref="Stepped"/>.</summary>
    /// <param name="step">Optimizer steps done, from 1.</param>
    /// <param name="texts">Some of what it wrote; at least one.</param>
    void Sampled(int step, IReadOnlyList<SampledText> texts)
    {
    }

    /// <summary>The model was evaluated: before the first step, every so many steps, and after the last.</summary>
    void Evaluated(StageEvaluation evaluation)
    {
    }

    /// <summary>The stage ended, for whatever reason; the last call.</summary>
    void Ended(StageEnd end)
    {
    }
}
