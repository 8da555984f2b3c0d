namespace Microsoft.ML.Alignment;

/// <summary>How well a model's log-probabilities tell chosen completions from rejected ones, in nats.</summary>
/// <param name="Summed">
/// By the sum over a completion's tokens (TRL's <c>logps/chosen</c>, <c>logps/rejected</c>), which favours short completions.
/// </param>
/// <param name="PerToken">By the mean over a completion's tokens.</param>
public sealed record LogProbPreferenceMetrics(PreferenceMetrics Summed, PreferenceMetrics PerToken);
