using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Tells how probable it is that a judge prefers a response to a baseline's, which comes as a <see cref="BaselineResponseContext"/>: 1, it
/// is better; 0.5, a tie; 0, the baseline is. Its mean over a suite is the win rate.
/// </summary>
/// <param name="judge">The judge.</param>
/// <param name="session">What its requests go through, with a journal and a budget if they are wanted; borrowed.</param>
/// <param name="metricName">The name of the metric.</param>
/// <exception cref="ArgumentException">The name is empty.</exception>
/// <exception cref="ArgumentNullException">The judge or the session is null.</exception>
public sealed class PreferenceEvaluator(IPreferenceJudge judge, FeedbackSession session, string metricName = "Preferred to baseline")
    : AlignmentEvaluator(metricName)
{
    private readonly IPreferenceJudge _judge = NotNull(judge);
    private readonly FeedbackSession _session = NotNull(session);

    private protected override async Task<NumericMetric> MeasureAsync(
        IReadOnlyList<ChatMessage> messages, string response, IReadOnlyList<EvaluationContext> context, CancellationToken cancellation)
    {
        if (context.OfType<BaselineResponseContext>().FirstOrDefault() is not { } baseline)
            return Without(EvaluationDiagnostic.Error(
                $"There is nothing to compare with: give a {nameof(BaselineResponseContext)} as additional context."));
        var question = new PreferenceQuestion(Conversation.Shown(messages), response, baseline.Response);
        var verdict = await _judge.CompareAsync(question, _session, cancellation).ConfigureAwait(false);
        var metric = verdict.FirstProbability is { } probability
            ? new NumericMetric(MetricName, probability, verdict.Answers is [var first, ..] ? first.Rationale : null)
            : Without(EvaluationDiagnostic.Warning($"The judge abstained: {verdict.AbstentionReason}"));
        metric.AddOrUpdateContext(baseline);
        return metric;
    }
}

/// <summary>What a baseline answered to the same messages.</summary>
/// <param name="response">Its response.</param>
public sealed class BaselineResponseContext(string response) : EvaluationContext("Baseline response", response)
{
    /// <summary>Gets the response.</summary>
    public string Response { get; } = response;
}
