namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Two candidates of a prompt and what a judge said of them.</summary>
/// <param name="First">One candidate.</param>
/// <param name="Second">The other.</param>
/// <param name="Verdict">The verdict, in this order.</param>
internal sealed record JudgedPair(string First, string Second, PreferenceVerdict Verdict)
{
    /// <summary>Gets whether it is left out, since too many pairs prefer length as it does.</summary>
    public bool IsSurplus { get; init; }

    /// <summary>Gets whether the first one is chosen; a tie counts for it. Not asked of an abstention.</summary>
    public bool FirstIsChosen => Verdict.FirstProbability >= 0.5;

    /// <summary>Gets the better candidate.</summary>
    public string Chosen => FirstIsChosen ? First : Second;

    /// <summary>Gets the worse one.</summary>
    public string Rejected => FirstIsChosen ? Second : First;

    /// <summary>Gets the probability that the chosen one is the better one; at least 0.5.</summary>
    public double ChosenProbability => FirstIsChosen ? Verdict.FirstProbability!.Value : 1 - Verdict.FirstProbability!.Value;

    /// <summary>What the answers in one order said, e.g. <c>chosen, tie</c>.</summary>
    /// <param name="swapped">Whether the second candidate was shown first.</param>
    public string Said(bool swapped) =>
        string.Join(", ", Verdict.Answers.Where(answer => answer.Swapped == swapped).Select(answer => Said(answer.Preference)));

    private string Said(PreferenceOutcome? preference) => preference switch
    {
        PreferenceOutcome.First => FirstIsChosen ? "chosen" : "rejected",
        PreferenceOutcome.Second => FirstIsChosen ? "rejected" : "chosen",
        PreferenceOutcome.Tie => "tie",
        _ => "none",
    };
}
