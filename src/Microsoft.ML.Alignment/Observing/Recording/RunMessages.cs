using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.ML.Alignment.Observing.Health;
using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Observing.Recording;

/// <summary>
/// Tells people how a stage goes: advice and answers in the log of ML.NET, everything with its values in that of the application.
/// </summary>
/// <param name="lines">ML.NET's log, a line at a time. It has the steps already.</param>
/// <param name="logger">The application's.</param>
internal sealed partial class RunMessages(Action<string> lines, ILogger logger)
{
    /// <summary>The log of a run.</summary>
    /// <param name="lines">ML.NET's log, a line at a time.</param>
    /// <param name="factory">The application's; null for none.</param>
    public RunMessages(Action<string> lines, ILoggerFactory? factory)
        : this(lines, factory?.CreateLogger(Category) ?? NullLogger.Instance)
    {
    }

    /// <summary>The category of the application's log.</summary>
    public const string Category = "Microsoft.ML.Alignment";
    private const int StepsPerLine = 10;
    private const int LongestAnswer = 200;

    /// <summary>An optimizer step was taken: every tenth as information, the others for who debugs.</summary>
    public void Step(TrainingProgress progress)
    {
        var isLine = progress.Step == 1 || progress.Step % StepsPerLine == 0 || progress.Step == progress.TotalSteps;
        LogStep(
            isLine ? LogLevel.Information : LogLevel.Debug, progress.Stage, progress.Step, progress.TotalSteps, progress.Loss,
            progress.GradientNorm, progress.LearningRate);
    }

    /// <summary>The model was evaluated.</summary>
    public void Evaluation(string stage, MetricsPoint point, IReadOnlyList<SampleAnswer> answers)
    {
        LogEvaluation(stage, point.Step, string.Join(", ", point.Values.Select(
            value => string.Create(CultureInfo.InvariantCulture, $"{value.Key} {value.Value:G4}"))));
        foreach (var answer in answers)
        {
            lines($"{stage} after step {point.Step}: \"{OneLine(answer.Prompt)}\" -> \"{OneLine(answer.Answer)}\"{End(answer)}");
            LogAnswer(stage, point.Step, answer.Prompt, answer.Answer);
        }
    }

    /// <summary>A health rule was triggered for the first time.</summary>
    public void Advice(string stage, int step, HealthAdvice advice)
    {
        lines($"{stage} after step {step}, health: {advice.Finding} {advice.Advice}");
        LogAdvice(stage, step, advice.Name, advice.Value, advice.Finding, advice.Advice);
    }

    /// <summary>The stage ended.</summary>
    public void End(string stage, StageEnd end) => LogEnd(stage, RunPoints.Words(end.Reason), end.Step);

    private static string End(SampleAnswer answer) => answer.Ended ? "" : " (not ended)";

    // Control characters of others could rewrite the terminal on which the log is read.
    private static string OneLine(string text)
    {
        var line = string.Concat(text.ReplaceLineEndings("⏎").Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= LongestAnswer ? line : $"{line[..LongestAnswer]}…";
    }

    [LoggerMessage(
        EventId = 1, Message = "{Stage} step {Step}/{TotalSteps}: loss {Loss}, grad_norm {GradientNorm}, learning_rate {LearningRate}")]
    private partial void LogStep(
        LogLevel level, string stage, int step, int totalSteps, double loss, double gradientNorm, double learningRate);

    [LoggerMessage(2, LogLevel.Information, "{Stage} after step {Step}: {Metrics}")]
    private partial void LogEvaluation(string stage, int step, string metrics);

    [LoggerMessage(3, LogLevel.Information, "{Stage} after step {Step}: {Prompt} -> {Answer}")]
    private partial void LogAnswer(string stage, int step, string prompt, string answer);

    [LoggerMessage(4, LogLevel.Warning, "{Stage} after step {Step}, health {Rule} {Value}: {Finding} {Advice}")]
    private partial void LogAdvice(string stage, int step, string rule, double value, string finding, string advice);

    [LoggerMessage(5, LogLevel.Information, "{Stage} {End} after {Step} steps")]
    private partial void LogEnd(string stage, string end, int step);
}
