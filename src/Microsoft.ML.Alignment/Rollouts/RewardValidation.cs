using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Measures the rewards of completions of held-out prompts, with the same random numbers each time.</summary>
/// <param name="sampler">Writes them, one a prompt.</param>
/// <param name="scores">Scores them.</param>
/// <param name="prompts">Prompts there are.</param>
internal sealed class RewardValidation(RolloutSampler sampler, CompletionScores scores, int prompts) : IValidation
{
    // No round of training has it.
    private const long Round = -1;

    /// <inheritdoc/>
    /// <remarks>The loss is the mean reward with its sign changed, so that the lowest is the best.</remarks>
    public IReadOnlyDictionary<string, double> Measure(CancellationToken cancellation)
    {
        var groups = sampler.Sample([.. Enumerable.Range(0, prompts)], groupSize: 1, Round, cancellation);
        var said = scores.Score(groups, cancellation);
        var report = new RolloutReport(groups, said, coefficient: null, scores.Scaling).Values
            .ToDictionary(pair => ValidationMetrics.Prefix + pair.Key, pair => pair.Value);
        report[ValidationMetrics.Loss] = -report.GetValueOrDefault(ValidationMetrics.Prefix + RolloutMetrics.Reward);
        return report;
    }
}
