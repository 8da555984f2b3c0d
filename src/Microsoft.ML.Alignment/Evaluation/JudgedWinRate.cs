using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment;

/// <summary>How often a judge prefers what a policy writes to what its opponent writes for the same prompts.</summary>
public sealed record JudgedWinRate
{
    internal JudgedWinRate(IReadOnlyList<JudgedComparison> comparisons) => Comparisons = comparisons;

    /// <summary>Gets all that was compared, in the order of the prompts.</summary>
    public IReadOnlyList<JudgedComparison> Comparisons { get; }

    /// <summary>Gets wins, ties and losses; rows on which the judge abstained are in none of them.</summary>
    public WinRateMetrics Outcomes => new(Count(PreferenceOutcome.First), Count(PreferenceOutcome.Tie), Count(PreferenceOutcome.Second));

    /// <summary>Gets on how many rows the judge had no opinion.</summary>
    public int Abstentions => Comparisons.Count - Judged.Count;

    /// <summary>Gets the share of wins among the rows with a verdict, ties counted by half, with Wilson's 95 % interval.</summary>
    /// <exception cref="InvalidOperationException">The judge abstained on every row.</exception>
    public IntervalEstimate WinRate
    {
        get
        {
            RequireVerdicts();
            return Outcomes.WinRate;
        }
    }

    /// <summary>
    /// Gets what the win rate would be between completions of equal length, with a 95 % interval: a logistic regression of the outcome on the
    /// difference in characters, read at none (Dubois et al., 2024, arXiv:2404.04475, without the term for instructions; with Firth's
    /// correction, which draws few rows towards one half). Judges prefer long answers; one that only counts words gives one half here.
    /// </summary>
    /// <exception cref="InvalidOperationException">The judge abstained on every row.</exception>
    public IntervalEstimate LengthControlledWinRate
    {
        get
        {
            RequireVerdicts();
            return LengthControl.Rate(
                [.. Judged.Select(row => row.Verdict.Preference switch { PreferenceOutcome.First => 1, PreferenceOutcome.Second => 0, _ => 0.5 })],
                [.. Judged.Select(row => (double)row.Completion.Length - row.OpponentCompletion.Length)]);
        }
    }

    /// <summary>Gets what the verdicts cost.</summary>
    public FeedbackUsage Usage => Comparisons.Aggregate(default(FeedbackUsage), (sum, row) => sum + row.Verdict.Usage);

    /// <summary>The figures in one line.</summary>
    public override string ToString() => Judged.Count == 0
        ? $"no win rate: the judge abstained on all {Comparisons.Count} rows"
        : $"{Outcomes}; {Abstentions} abstentions; at equal length {LengthControlledWinRate}";

    private List<JudgedComparison> Judged => [.. Comparisons.Where(row => row.Verdict.Preference is not null)];

    private int Count(PreferenceOutcome outcome) => Comparisons.Count(row => row.Verdict.Preference == outcome);

    private void RequireVerdicts()
    {
        if (Judged.Count == 0)
            throw new InvalidOperationException(
                $"There is no win rate: the judge abstained on all {Comparisons.Count} rows, the first time with: " +
                $"{Comparisons[0].Verdict.AbstentionReason}");
    }
}

/// <summary>Two completions of a prompt and what a judge thinks of them.</summary>
/// <param name="Prompt">The prompt, as the judge read it.</param>
/// <param name="Completion">What the policy wrote; the first of the verdict.</param>
/// <param name="OpponentCompletion">What the opponent wrote.</param>
/// <param name="Verdict">The verdict. Completions that are equal are a tie, which nobody was asked about.</param>
public sealed record JudgedComparison(string Prompt, string Completion, string OpponentCompletion, PreferenceVerdict Verdict);
