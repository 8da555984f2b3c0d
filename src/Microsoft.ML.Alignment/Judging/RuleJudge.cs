using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment;

/// <summary>Judges by a rule of your own: a function that scores a completion. The higher score is better, equal scores are a tie.</summary>
public sealed class RuleJudge : IPreferenceJudge, ICompletionScorer
{
    private readonly Func<string, string, double?> _score;
    private readonly ScoreComparison _comparison;

    /// <summary>Makes a judge.</summary>
    /// <param name="name">Names the rule and its version, since it stands in the audit columns.</param>
    /// <param name="score">Gets prompt and completion; returns a score, or null to abstain. Called from several threads.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public RuleJudge(string name, Func<string, string, double?> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        (Identity, _score, _comparison) = ($"rule|{Require.NotEmpty(name)}", score, new(this));
    }

    /// <inheritdoc cref="IPreferenceJudge.Identity"/>
    public string Identity { get; }

    /// <inheritdoc/>
    public Task<CompletionScore> ScoreAsync(
        string prompt, string completion, FeedbackSession session, CancellationToken cancellationToken = default)
    {
        var score = _score(prompt, completion);
        return Task.FromResult<CompletionScore>(score is { } value && double.IsNaN(value)
            ? throw new InvalidOperationException($"The rule '{Identity}' gave NaN for '{completion}'; return null to abstain.")
            : new(score, score is null ? "The rule has no opinion." : "", default));
    }

    /// <inheritdoc/>
    public Task<PreferenceVerdict> CompareAsync(
        PreferenceQuestion question, FeedbackSession session, CancellationToken cancellationToken = default) =>
        _comparison.CompareAsync(question, session, cancellationToken);
}
