using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment;

/// <summary>How often completions are judged better than an opponent's for the same prompts.</summary>
/// <param name="Wins">Rows in which the completion is better.</param>
/// <param name="Ties">Rows in which neither is.</param>
/// <param name="Losses">Rows in which the opponent's is better.</param>
public sealed record WinRateMetrics(int Wins, int Ties, int Losses)
{
    /// <summary>Gets the share of wins, ties counted by half, with Wilson's interval.</summary>
    /// <exception cref="InvalidOperationException">There is no row.</exception>
    public IntervalEstimate WinRate => Rows > 0
        ? Intervals.Share(Wins + (Ties / 2.0), Rows)
        : throw new InvalidOperationException("There is no win rate of no rows.");

    /// <summary>
    /// Gets the probability of an outcome at least as uneven if both were equally good: the sign test without the ties, two-sided. In (0,
    /// 1].
    /// </summary>
    public double PValue => Intervals.SignTest(Wins, Losses);

    /// <summary>The figures in one line.</summary>
    public override string ToString() => $"win rate {WinRate}; {Wins} wins, {Ties} ties, {Losses} losses";

    private long Rows => (long)Wins + Ties + Losses;
}
