namespace Microsoft.ML.Alignment;

/// <summary>Tells which of two completions is better. Safe to ask from several threads.</summary>
public interface IPreferenceJudge
{
    /// <summary>
    /// Gets a text that names all that verdicts depend on: kind, model, options, constitution. Judges with equal identities give equal
    /// answers up to chance; it stands in the audit columns, and a journal is keyed by it.
    /// </summary>
    string Identity { get; }

    /// <summary>Compares two completions.</summary>
    /// <param name="question">The prompt and its completions.</param>
    /// <param name="session">What requests go through: journal, limits, budget, usage.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>The verdict; a judge that cannot tell abstains with a reason and never guesses.</returns>
    /// <exception cref="FeedbackBudgetException">The session's budget is used up.</exception>
    Task<PreferenceVerdict> CompareAsync(PreferenceQuestion question, FeedbackSession session, CancellationToken cancellationToken = default);
}

/// <summary>Gives a completion a score. Safe to ask from several threads.</summary>
public interface ICompletionScorer
{
    /// <summary>Gets a text that names all that scores depend on, as <see cref="IPreferenceJudge.Identity"/> does.</summary>
    string Identity { get; }

    /// <summary>Scores a completion.</summary>
    /// <param name="prompt">The prompt, as a person reads it.</param>
    /// <param name="completion">The completion.</param>
    /// <param name="session">What requests go through: journal, limits, budget, usage.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>The score; one without a value abstained, with a reason.</returns>
    /// <exception cref="FeedbackBudgetException">The session's budget is used up.</exception>
    Task<CompletionScore> ScoreAsync(string prompt, string completion, FeedbackSession session, CancellationToken cancellationToken = default);
}

/// <summary>The score of a completion.</summary>
/// <param name="Value">The score, on the scorer's scale; null where it abstained.</param>
/// <param name="Explanation">How it came about, or why there is none.</param>
/// <param name="Usage">What it cost.</param>
public sealed record CompletionScore(double? Value, string Explanation, FeedbackUsage Usage);
