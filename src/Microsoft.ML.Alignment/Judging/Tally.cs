namespace Microsoft.ML.Alignment.Judging;

/// <summary>Makes one probability of a judge's answers.</summary>
internal static class Tally
{
    /// <summary>
    /// The mean over principles and votes. Of a question that was asked in both orders, answers that disagree count as a tie; one that
    /// lacks a usable answer counts as nothing.
    /// </summary>
    /// <returns>The probability that the first completion is better; null where nothing counts.</returns>
    public static double? Of(IReadOnlyList<JudgeAnswer> answers)
    {
        var questions = answers.GroupBy(answer => (answer.PrincipleId, answer.Vote))
            .Where(orders => orders.All(answer => answer.Preference is not null))
            .Select(orders => orders.Select(answer => answer.Preference).Distinct().ToArray() is [{ } agreed] ? ValueOf(agreed) : 0.5)
            .ToArray();
        return questions.Length == 0 ? null : questions.Average();
    }

    private static double ValueOf(PreferenceOutcome preference) => preference switch
    {
        PreferenceOutcome.First => 1,
        PreferenceOutcome.Second => 0,
        _ => 0.5,
    };
}
