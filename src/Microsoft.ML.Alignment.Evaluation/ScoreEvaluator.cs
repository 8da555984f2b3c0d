using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;

namespace Microsoft.ML.Alignment;

/// <summary>Gives a response the score of a scorer, for example of a <see cref="RubricJudge"/> or a <see cref="RuleJudge"/>.</summary>
/// <param name="scorer">The scorer.</param>
/// <param name="session">What its requests go through, with a journal and a budget if they are wanted; borrowed.</param>
/// <param name="metricName">The name of the metric.</param>
/// <exception cref="ArgumentException">The name is empty.</exception>
/// <exception cref="ArgumentNullException">The scorer or the session is null.</exception>
public sealed class ScoreEvaluator(ICompletionScorer scorer, FeedbackSession session, string metricName = "Score") : AlignmentEvaluator(metricName)
{
    private readonly ICompletionScorer _scorer = NotNull(scorer);
    private readonly FeedbackSession _session = NotNull(session);

    private protected override async Task<NumericMetric> MeasureAsync(
        IReadOnlyList<ChatMessage> messages, string response, IReadOnlyList<EvaluationContext> context, CancellationToken cancellation)
    {
        var score = await _scorer.ScoreAsync(Conversation.Shown(messages), response, _session, cancellation).ConfigureAwait(false);
        return score.Value is { } value
            ? new(MetricName, value, score.Explanation)
            : Without(EvaluationDiagnostic.Warning($"The scorer abstained: {score.Explanation}"));
    }
}
