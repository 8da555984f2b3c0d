using Samples.Terminal;
using ScottPlot;

namespace Samples.Rlhf;

/// <summary>Where a method ended.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Beta">What a nat costs.</param>
/// <param name="Policy">The trained policy.</param>
/// <param name="Optimum">The best one.</param>
internal sealed record ReachedPolicy(string Method, double Beta, Distribution Policy, Distribution Optimum)
{
    /// <summary>The share of answers, in percent, that would have to change.</summary>
    public double OffBy => 100 * Policy.DistanceTo(Optimum);
}

/// <summary>Where all methods ended, in a table, in words and drawn.</summary>
internal sealed class OptimumResults(Distribution reference, IReadOnlyList<ReachedPolicy> reached)
{
    private static readonly MarkerShape[] Marks =
        [MarkerShape.OpenCircle, MarkerShape.OpenSquare, MarkerShape.OpenDiamond, MarkerShape.Cross];

    private readonly List<string> _methods = [.. reached.Select(run => run.Method).Distinct()];

    /// <summary>Where the methods ended.</summary>
    public IReadOnlyList<ReachedPolicy> Reached => reached;

    /// <summary>Writes a table, what to look at, and a picture.</summary>
    public void Show(string picturePath)
    {
        TextTable.Write(
            ["beta", "best policy's reward", "its KL", .. _methods.Select(method => $"{method} is off by")],
            [.. reached.GroupBy(run => run.Beta).Select(Row)]);
        Console.WriteLine(
            $"Look at the last columns: the share of answers in which a trained policy differs from π_ref·exp(r/β)/Z, {reached.Max(run => run.OffBy):F1} % at most. "
            + "Three methods were told the rewards of what they wrote, DPO only which of two answers is preferred how often. "
            + $"β says where between the reference (reward {FiveAnswers.RewardOf(reference):F3}) and the best answer (reward 1) all of them end.");
        Picture.Write(
            picturePath,
            new Panel("best (lines), reached (marks)", "beta", [.. reached[0].Optimum.Shares.Select(Line), .. _methods.Select(MarksOf)]) { LogarithmicAcross = true, HasNamesBeside = true },
            new Panel("off by, % of the answers", "beta", [.. _methods.Select(OffBy)]) { LogarithmicAcross = true, HasNamesBeside = true });
    }

    private IReadOnlyList<string> Row(IGrouping<double, ReachedPolicy> runs)
    {
        var best = runs.First().Optimum;
        return [$"{runs.Key}", $"{FiveAnswers.RewardOf(best):F3}", $"{best.DivergenceFrom(reference):F3}", .. runs.Select(run => $"{run.OffBy:F1} %")];
    }

    private Curve Line(double _, int answer) => new(
        $"{FiveAnswers.Letters[answer]}", [.. RunsOf(_methods[0]).Select(run => (run.Beta, run.Optimum.Shares[answer]))])
    {
        Mark = MarkerShape.None,
    };

    private Curve MarksOf(string method, int index) => new(
        method, [.. RunsOf(method).SelectMany(run => run.Policy.Shares.Select(share => (run.Beta, share)))])
    {
        Mark = Marks[index],
        IsJoined = false,
    };

    private Curve OffBy(string method) => new(method, [.. RunsOf(method).Select(run => (run.Beta, run.OffBy))]);

    private IEnumerable<ReachedPolicy> RunsOf(string method) => reached.Where(run => run.Method == method);
}
