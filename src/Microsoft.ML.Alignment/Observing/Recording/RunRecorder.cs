using System.Diagnostics;
using Microsoft.ML.Alignment.Observing.Health;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Observing.Reports;
using Microsoft.ML.Alignment.Observing.Samples;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Recording;

/// <summary>Keeps what a stage reports, in its folder and for listeners, and looks whether it is healthy.</summary>
/// <param name="log">Tells people.</param>
/// <param name="clock">Tells when something happened.</param>
internal sealed class RunRecorder(RunMessages log, TimeProvider clock) : ITrainingObserver
{
    // A look goes through the whole history: they become rarer as it grows, so that all of them cost a share of it and not its square.
    private const int FewestStepsPerCheck = 25;
    private const int ChecksPerDoubling = 20;

    private readonly HashSet<string> _told = [];
    private StageStart? _stage;
    private RunFacts? _facts;
    private RunFiles? _files;
    private RunHistory _history = new([]);
    private long _tokens;
    private long _lastStepAt;
    private int _nextCheck = FewestStepsPerCheck;

    private StageStart Stage => _stage ?? throw new InvalidOperationException("The stage has not begun.");

    /// <inheritdoc/>
    public void Started(StageStart stage)
    {
        _stage = stage;
        _facts = RunFacts.Of(stage);
        _files = stage.Folder is { } folder ? new(folder, stage.ResumedStep, clock) : null;
        _history = _files?.History ?? new([]);
        _tokens = _history.Training(MetricNames.TokensSeen) is [.., var seen] ? (long)seen.Value : 0;
        _lastStepAt = Stopwatch.GetTimestamp();
        _files?.WriteReport(_facts);
    }

    /// <inheritdoc/>
    public void Stepped(TrainingProgress progress)
    {
        _tokens += progress.Tokens;
        var point = RunPoints.Of(progress, _tokens);
        _history.Add(point);
        _facts = _facts! with { TrainedTokensPerSecond = progress.TrainedTokensPerSecond, SampledTokensPerSecond = progress.SampledTokensPerSecond };
        Tell(point);
        TrainingMeter.Step(progress.Stage, progress.Tokens, Stopwatch.GetElapsedTime(_lastStepAt));
        _lastStepAt = Stopwatch.GetTimestamp();
        log.Step(progress);
        if (progress.Step < _nextCheck)
            return;
        CheckHealth();
        _nextCheck = progress.Step + Math.Max(FewestStepsPerCheck, progress.Step / ChecksPerDoubling);
    }

    /// <inheritdoc/>
    public void Sampled(int step, IReadOnlyList<SampledText> texts)
    {
        foreach (var text in texts)
            _files?.Append(KeptCompletion.Of(step, text));
    }

    /// <inheritdoc/>
    public void Evaluated(StageEvaluation evaluation)
    {
        var point = RunPoints.Of(evaluation);
        _history.Add(point);
        foreach (var answer in evaluation.Answers)
            _files?.Append(new KeptAnswer(evaluation.Step, answer.Prompt, answer.Answer, answer.Tokens, answer.Ended));
        log.Evaluation(Stage.Stage, point, evaluation.Answers);
        var advice = CheckHealth();
        Tell(RunPoints.WithHealth(point, advice));
        _files?.WriteReport(_facts!);
    }

    /// <inheritdoc/>
    public void Ended(StageEnd end)
    {
        if (_stage is null)
            return;
        CheckHealth();
        _facts = _facts! with { Ended = RunPoints.Words(end.Reason), WeightsOfStep = end.WeightsOfStep };
        _files?.WriteReport(_facts);
        _files?.Dispose();
        log.End(Stage.Stage, end);
    }

    private void Tell(MetricsPoint point)
    {
        _files?.Append(point);
        TrainingMeter.Tell(Stage.Stage, point);
    }

    /// <summary>Looks at the stage, and tells what was not told before.</summary>
    private IReadOnlyList<HealthAdvice> CheckHealth()
    {
        _facts = _facts! with { Health = _facts.Health with { LargestB = AdapterSize.LargestB(Stage.Policy) } };
        var advice = HealthCheck.Of(_history, _facts.Health);
        foreach (var news in advice.Where(news => _told.Add(news.Name)))
            log.Advice(Stage.Stage, _history.LastStep, news);
        return advice;
    }
}
