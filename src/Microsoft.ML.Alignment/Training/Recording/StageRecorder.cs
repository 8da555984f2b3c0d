using System.Diagnostics;
using Microsoft.ML.Alignment.Training.Health;
using Microsoft.ML.Alignment.Training.Metrics;
using Microsoft.ML.Alignment.Training.Reports;
using Microsoft.ML.Alignment.Training.Samples;

namespace Microsoft.ML.Alignment.Training.Recording;

/// <summary>Keeps what a stage reports, in its folder and for listeners, and looks whether it is healthy.</summary>
/// <param name="log">Tells people.</param>
/// <param name="clock">Tells when something happened.</param>
internal sealed class StageRecorder(StageLog log, TimeProvider clock) : ITrainingObserver
{
    // A look goes through the whole history: they become rarer as it grows, so that all of them cost a share of it and not its square.
    private const int FewestStepsPerCheck = 25;
    private const int ChecksPerDoubling = 20;

    private readonly HashSet<string> told = [];
    private StageStart? stage;
    private StageFacts? facts;
    private StageFiles? files;
    private StageHistory history = new([]);
    private long tokens;
    private long lastStepAt;
    private int nextCheck = FewestStepsPerCheck;

    private StageStart Stage => stage ?? throw new InvalidOperationException("The stage has not begun.");

    /// <inheritdoc/>
    public void Started(StageStart stage)
    {
        this.stage = stage;
        facts = StageFacts.Of(stage);
        files = stage.Folder is { } folder ? new(folder, stage.ResumedStep, clock) : null;
        history = files?.History ?? new([]);
        tokens = history.Training(MetricNames.TokensSeen) is [.., var seen] ? (long)seen.Value : 0;
        lastStepAt = Stopwatch.GetTimestamp();
        files?.WriteReport(facts);
    }

    /// <inheritdoc/>
    public void Stepped(TrainingProgress progress)
    {
        tokens += progress.Tokens;
        var point = StagePoints.Of(progress, tokens);
        history.Add(point);
        Tell(point);
        TrainingMeter.Step(progress.Stage, progress.Tokens, Stopwatch.GetElapsedTime(lastStepAt));
        lastStepAt = Stopwatch.GetTimestamp();
        log.Step(progress);
        if (progress.Step < nextCheck)
            return;
        CheckHealth();
        nextCheck = progress.Step + Math.Max(FewestStepsPerCheck, progress.Step / ChecksPerDoubling);
    }

    /// <inheritdoc/>
    public void Evaluated(StageEvaluation evaluation)
    {
        var point = StagePoints.Of(evaluation);
        history.Add(point);
        foreach (var answer in evaluation.Answers)
            files?.Append(new KeptAnswer(evaluation.Step, answer.Prompt, answer.Answer, answer.Tokens, answer.Ended));
        log.Evaluation(Stage.Stage, point, evaluation.Answers);
        var advice = CheckHealth();
        Tell(StagePoints.WithHealth(point, advice));
        files?.WriteReport(facts!);
    }

    /// <inheritdoc/>
    public void Ended(StageEnd end)
    {
        if (stage is null)
            return;
        CheckHealth();
        facts = facts! with { Ended = StagePoints.Words(end.Reason), WeightsOfStep = end.WeightsOfStep };
        files?.WriteReport(facts);
        files?.Dispose();
        log.End(Stage.Stage, end);
    }

    private void Tell(MetricsPoint point)
    {
        files?.Append(point);
        TrainingMeter.Tell(Stage.Stage, point);
    }

    /// <summary>Looks at the stage, and tells what was not told before.</summary>
    private IReadOnlyList<HealthAdvice> CheckHealth()
    {
        facts = facts! with { Health = facts.Health with { LargestB = AdapterSize.LargestB(Stage.Policy) } };
        var advice = HealthCheck.Of(history, facts.Health);
        foreach (var news in advice.Where(news => told.Add(news.Name)))
            log.Advice(Stage.Stage, history.LastStep, news);
        return advice;
    }
}
