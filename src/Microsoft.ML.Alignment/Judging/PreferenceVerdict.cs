namespace Microsoft.ML.Alignment;

/// <summary>What a judge thinks of two completions, and how it came to that.</summary>
public sealed record PreferenceVerdict
{
    /// <summary>Gets the probability that the first completion is the better one, in [0, 1]; null where the judge abstained.</summary>
    public double? FirstProbability { get; init; }

    /// <summary>Gets why the judge abstained; null where it did not.</summary>
    public string? AbstentionReason { get; init; }

    /// <summary>Gets each single answer, in the order in which they were asked; empty for judges that do not ask.</summary>
    public IReadOnlyList<JudgeAnswer> Answers { get; init; } = [];

    /// <summary>Gets the model that answered, as its provider calls it; null where there is none.</summary>
    public string? Model { get; init; }

    /// <summary>Gets the verdict of each judge where several were asked, in their order; empty otherwise.</summary>
    public IReadOnlyList<PreferenceVerdict> Members { get; init; } = [];

    /// <summary>Gets what the answers cost.</summary>
    public FeedbackUsage Usage { get; init; }

    /// <summary>Gets which completion is better; null where the judge abstained.</summary>
    public PreferenceOutcome? Preference => FirstProbability switch
    {
        null => null,
        > 0.5 => PreferenceOutcome.First,
        < 0.5 => PreferenceOutcome.Second,
        _ => PreferenceOutcome.Tie,
    };

    /// <summary>The same verdict on the completions in the other order.</summary>
    public PreferenceVerdict Swap() => this with
    {
        FirstProbability = 1 - FirstProbability,
        Members = [.. Members.Select(member => member.Swap())],
        Answers = [.. Answers.Select(answer => answer with { Swapped = !answer.Swapped, Preference = Turned(answer.Preference) })],
    };

    /// <summary>A judge without an opinion.</summary>
    /// <param name="reason">Why.</param>
    public static PreferenceVerdict Abstain(string reason) => new() { AbstentionReason = Require.NotEmpty(reason) };

    internal static PreferenceOutcome? Turned(PreferenceOutcome? preference) => preference switch
    {
        PreferenceOutcome.First => PreferenceOutcome.Second,
        PreferenceOutcome.Second => PreferenceOutcome.First,
        _ => preference,
    };
}

/// <summary>One answer of a judge.</summary>
/// <param name="PrincipleId">The principle that it was asked about; null without a constitution.</param>
/// <param name="Swapped">Whether the second completion was shown first.</param>
/// <param name="Vote">Which of several votes, from 0.</param>
/// <param name="Preference">The better completion, by the question's order and not by that in which it was shown; null: no usable answer.</param>
/// <param name="Rationale">Why, in the judge's words; or what was wrong with its answer.</param>
public sealed record JudgeAnswer(string? PrincipleId, bool Swapped, int Vote, PreferenceOutcome? Preference, string Rationale);

/// <summary>What feedback cost.</summary>
/// <param name="Calls">Requests that were answered, also from a journal.</param>
/// <param name="InputTokens">Tokens of the requests, as the provider counts them.</param>
/// <param name="OutputTokens">Tokens of the answers.</param>
public readonly record struct FeedbackUsage(long Calls, long InputTokens, long OutputTokens)
{
    /// <summary>Adds.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    public static FeedbackUsage operator +(FeedbackUsage a, FeedbackUsage b) =>
        new(a.Calls + b.Calls, a.InputTokens + b.InputTokens, a.OutputTokens + b.OutputTokens);
}
