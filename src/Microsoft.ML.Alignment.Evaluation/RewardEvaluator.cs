using Microsoft.Extensions.AI;
using Microsoft.Extensions.AI.Evaluation;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Gives a response the reward that a reward model, any fitted transformer or a function has for it
/// (<see cref="RewardFunction.FromTransformer"/>, <see cref="RewardFunction.Of(string, Func{string, string, double?})"/>).
/// </summary>
public sealed class RewardEvaluator : AlignmentEvaluator
{
    private readonly IRewardFunction _reward;

    /// <summary>Makes an evaluator.</summary>
    /// <param name="reward">The reward; it reads no columns beside prompt and completion.</param>
    /// <param name="metricName">The name of the metric; null is that of the reward.</param>
    /// <exception cref="ArgumentException">The reward reads further columns, which a conversation does not have.</exception>
    public RewardEvaluator(IRewardFunction reward, string? metricName = null)
        : base(metricName ?? reward?.Name ?? throw new ArgumentNullException(nameof(reward)))
    {
        ArgumentNullException.ThrowIfNull(reward);
        if (reward.ColumnNames.Count > 0)
            throw new ArgumentException(
                $"The reward '{reward.Name}' reads the columns {string.Join(", ", reward.ColumnNames)}; a conversation has none. "
                + "Give one of prompt and completion alone.", nameof(reward));
        _reward = reward;
    }

    /// <summary>
    /// Gets whether the reward reads conversations, as one does that was trained on lists of messages. The default is false: it reads what a
    /// user says, and a conversation of more turns is refused.
    /// </summary>
    public bool ReadsConversations { get; init; }

    private protected override async Task<NumericMetric> MeasureAsync(
        IReadOnlyList<ChatMessage> messages, string response, IReadOnlyList<EvaluationContext> context, CancellationToken cancellation)
    {
        var row = new SampledCompletion(Conversation.AsPrompt(messages, ReadsConversations), response, RewardRow.Empty);
        var rewards = await _reward.ScoreAsync([row], cancellation).ConfigureAwait(false);
        return rewards[0] is { } value
            ? new(MetricName, value)
            : Without(EvaluationDiagnostic.Warning($"The reward '{_reward.Name}' has no opinion of this response."));
    }
}
