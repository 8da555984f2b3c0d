using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Training.Checkpoints;
using Microsoft.ML.Alignment.Training.Metrics;

namespace Microsoft.ML.Alignment.Training;

/// <summary>One stage while it trains: where it stands, who is told, when it is evaluated and saved, and when it ends.</summary>
internal sealed class StageRun : IDisposable
{
    private readonly LanguageModel policy;
    private readonly ResolvedTraining training;
    private readonly TrainingContext context;
    private readonly TrainedTensors tensors;
    private readonly BestWeights best;
    private readonly Evaluator evaluator;
    private readonly ITrainingObserver[] observers;
    private readonly StageEndReason? restored;
    private readonly StepMeter meter;

    /// <summary>Begins a stage, or puts it back to where an earlier process left it, and tells whoever watches.</summary>
    /// <param name="trained">The model that trains, how, and its optimizer.</param>
    /// <param name="context">Whom to tell, and where it is kept.</param>
    /// <param name="evaluator">Evaluates it.</param>
    /// <param name="totalSteps">Steps of the stage.</param>
    /// <exception cref="WorkspaceException">The stage cannot go on from what the workspace has.</exception>
    public StageRun(
        (LanguageModel Policy, ResolvedTraining Training, FusedAdamW Optimizer) trained, TrainingContext context, Evaluator evaluator,
        int totalSteps)
    {
        (policy, training, _) = trained;
        (this.context, this.evaluator, TotalSteps) = (context, evaluator, totalSteps);
        tensors = new(policy, trained.Optimizer, context.Hooks);
        best = new(tensors, context.Checkpoints);
        observers = [new RunLog(context), .. context.Observers];
        var found = context.Checkpoints?.Restore(tensors);
        (State, restored) = (found?.State ?? new(), found?.Ended);
        meter = new(context.Stage, State.Step, totalSteps);
        Tell(observer => observer.Started(StartOf(found is null ? null : State.Step)));
    }

    /// <summary>Gets where the stage stands.</summary>
    public TrainingState State { get; private set; }

    /// <summary>Gets the steps of the stage.</summary>
    public int TotalSteps { get; }

    /// <summary>Gets why the stage ends, once <see cref="GoesOn"/> said no.</summary>
    public StageEndReason Reason { get; private set; } = StageEndReason.Failed;

    /// <summary>Evaluates and saves where that is due.</summary>
    /// <returns>Whether there is another step to take.</returns>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    public bool GoesOn()
    {
        if (restored is null)
        {
            if (evaluator.IsDue(State))
                Evaluate();
            if (context.Checkpoints?.IsDue(State) == true)
                context.Checkpoints.Save(State, tensors);
        }

        if (restored is null && State.Step < TotalSteps && !evaluator.IsPatienceOver(State))
        {
            context.Run.CancellationToken.ThrowIfCancellationRequested();
            return true;
        }

        Reason = restored is not null ? StageEndReason.Restored
            : State.Step == TotalSteps ? StageEndReason.Completed : StageEndReason.StoppedEarly;
        return false;
    }

    /// <summary>Counts and reports a step that was taken.</summary>
    /// <param name="learningRate">The rate that it used.</param>
    /// <param name="tokens">Tokens that it trained on.</param>
    /// <param name="summary">What it gave.</param>
    public void Took(double learningRate, int tokens, StepSummary summary)
    {
        State = State with { Step = State.Step + 1 };
        var progress = meter.Measure(State.Step, learningRate, tokens, summary);
        State = State.Measured([.. summary.Metrics, new(MetricNames.Loss, summary.Loss), new(MetricNames.GradientNorm, summary.GradientNorm)]);
        Tell(observer => observer.Stepped(progress));
    }

    /// <summary>Gives the stage the weights that it is to end with, and stores it as finished.</summary>
    public void Finish()
    {
        if (Reason == StageEndReason.Restored)
            return;
        if (training.LoadBestAtEnd && State.BestStep > 0)
            best.PutBack(State);
        context.Checkpoints?.Finish(State, Reason, tensors);
    }

    /// <summary>Saves a stage that was canceled.</summary>
    /// <returns>What says so to the user.</returns>
    public TrainingCanceledException Cancel()
    {
        Reason = StageEndReason.Canceled;
        var checkpoint = State.Step > 0 ? context.Checkpoints?.Save(State, tensors) : null;
        return new(context.Stage, State.Step, TotalSteps, checkpoint, context.Run.CancellationToken);
    }

    /// <summary>Ends a stage one of whose quantities is not finite.</summary>
    /// <returns>What says so to the user.</returns>
    public TrainingDivergedException Diverge(string quantity, double value)
    {
        Reason = StageEndReason.Diverged;
        return new(context.Stage, State.Step + 1, quantity, value, context.Checkpoints?.Newest);
    }

    /// <summary>Tells that the stage ended.</summary>
    public void Dispose()
    {
        best.Dispose();
        var end = new StageEnd(Reason, State.Step) { Metrics = State.Metrics };
        if (training.LoadBestAtEnd && State.BestStep > 0)
            end = end with { WeightsOfStep = State.BestStep, Metrics = State.BestMetrics ?? State.Metrics };
        Tell(observer => observer.Ended(end));
    }

    private void Evaluate()
    {
        (var evaluation, State) = evaluator.Evaluate(State);
        State = State.Measured(evaluation.Metrics);
        if (evaluation.IsBest)
            State = State with { BestMetrics = State.Metrics };
        Tell(observer => observer.Evaluated(evaluation));
        if (evaluation.IsBest && (training.LoadBestAtEnd || context.Checkpoints is not null))
            best.Keep(State);
    }

    private StageStart StartOf(int? resumedStep) => new(context.Stage, policy, training, TotalSteps)
    {
        Index = context.StageIndex,
        Folder = context.Checkpoints?.Folder,
        ResumedStep = resumedStep,
        Options = context.Options,
        Data = context.Data,
    };

    private void Tell(Action<ITrainingObserver> what) => Array.ForEach(observers, what);
}
