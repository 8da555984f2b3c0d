using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Training;

/// <summary>One stage while it trains: where it stands, who is told, when it is evaluated and saved, and when it ends.</summary>
internal sealed class StageRun : IDisposable
{
    private readonly LanguageModel _policy;
    private readonly ResolvedTraining _training;
    private readonly TrainingContext _context;
    private readonly TrainedTensors _tensors;
    private readonly BestWeights _best;
    private readonly Evaluator _evaluator;
    private readonly ITrainingObserver[] _observers;
    private readonly StageEndReason? _restored;
    private readonly StepMeter _meter;

    /// <summary>Begins a stage, or puts it back to where an earlier process left it, and tells whoever watches.</summary>
    /// <param name="groups">What trains.</param>
    /// <param name="training">How.</param>
    /// <param name="context">Whom to tell, and where it is kept.</param>
    /// <param name="evaluator">Evaluates it.</param>
    /// <param name="totalSteps">Steps of the stage.</param>
    /// <exception cref="WorkspaceException">The stage cannot go on from what the workspace has.</exception>
    public StageRun(
        IReadOnlyList<TrainedGroup> groups, ResolvedTraining training, TrainingContext context, Evaluator evaluator, int totalSteps)
    {
        (_policy, _training) = (groups[0].Group.Model, training);
        (_context, _evaluator, TotalSteps) = (context, evaluator, totalSteps);
        _tensors = new(groups, context.States);
        _best = new(_tensors, context.Checkpoints);
        _observers = [new RunLog(context), .. context.Observers];
        var found = context.Checkpoints?.Restore(_tensors);
        (State, _restored) = (found?.State ?? new(), found?.Ended);
        _meter = new(context.Stage, State.Step, totalSteps, context.Sampled);
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
        if (_restored is null)
        {
            if (_evaluator.IsDue(State))
                Evaluate();
            if (_context.Checkpoints?.IsDue(State) == true)
                _context.Checkpoints.Save(State, _tensors);
        }

        if (_restored is null && State.Step < TotalSteps && !_evaluator.IsPatienceOver(State))
        {
            _context.Run.CancellationToken.ThrowIfCancellationRequested();
            return true;
        }

        Reason = _restored is not null ? StageEndReason.Restored
            : State.Step == TotalSteps ? StageEndReason.Completed : StageEndReason.StoppedEarly;
        return false;
    }

    /// <summary>Counts and reports a step that was taken.</summary>
    /// <param name="learningRate">The rate that it used.</param>
    /// <param name="tokens">Tokens that it trained on.</param>
    /// <param name="summary">What it gave.</param>
    /// <param name="duration">Time of its passes and of the optimizer.</param>
    public void Took(double learningRate, int tokens, StepSummary summary, TimeSpan duration)
    {
        State = State with { Step = State.Step + 1 };
        var progress = _meter.Measure(State.Step, learningRate, new(tokens, duration), summary);
        State = State.Measured([.. summary.Metrics, new(MetricNames.Loss, summary.Loss), new(MetricNames.GradientNorm, summary.GradientNorm)]);
        Tell(observer => observer.Stepped(progress));
        if (_context.Sampled?.Shown is { Count: > 0 } texts)
            Tell(observer => observer.Sampled(State.Step, texts));
    }

    /// <summary>Gives the stage the weights that it is to end with, and stores it as finished.</summary>
    public void Finish()
    {
        if (Reason == StageEndReason.Restored)
            return;
        if (_training.LoadBestAtEnd && State.BestStep > 0)
            _best.PutBack(State);
        _context.Checkpoints?.Finish(State, Reason, _tensors);
    }

    /// <summary>Saves a stage that was canceled.</summary>
    /// <returns>What says so to the user.</returns>
    public TrainingCanceledException Cancel()
    {
        Reason = StageEndReason.Canceled;
        var checkpoint = State.Step > 0 ? _context.Checkpoints?.Save(State, _tensors) : null;
        return new(_context.Stage, State.Step, TotalSteps, checkpoint, _context.Run.CancellationToken);
    }

    /// <summary>Ends a stage one of whose quantities is not finite.</summary>
    /// <returns>What says so to the user.</returns>
    public TrainingDivergedException Diverge(string quantity, double value)
    {
        Reason = StageEndReason.Diverged;
        return new(_context.Stage, State.Step + 1, quantity, value, _context.Checkpoints?.Newest);
    }

    /// <summary>Tells that the stage ended.</summary>
    public void Dispose()
    {
        _best.Dispose();
        var end = new StageEnd(Reason, State.Step) { Metrics = State.Metrics };
        if (_training.LoadBestAtEnd && State.BestStep > 0)
            end = end with { WeightsOfStep = State.BestStep, Metrics = State.BestMetrics ?? State.Metrics };
        Tell(observer => observer.Ended(end));
    }

    private void Evaluate()
    {
        (var evaluation, State) = _evaluator.Evaluate(State);
        State = State.Measured(evaluation.Metrics);
        if (evaluation.IsBest)
            State = State with { BestMetrics = State.Metrics };
        Tell(observer => observer.Evaluated(evaluation));
        if (evaluation.IsBest && (_training.LoadBestAtEnd || _context.Checkpoints is not null))
            _best.Keep(State);
    }

    private StageStart StartOf(int? resumedStep) => new(_context.Stage, _policy, _training, TotalSteps)
    {
        Index = _context.StageIndex,
        Folder = _context.Checkpoints?.Folder,
        ResumedStep = resumedStep,
        Options = _context.Options,
        Data = _context.Data,
    };

    private void Tell(Action<ITrainingObserver> what) => Array.ForEach(_observers, what);
}
