namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Has a judge compare the candidates of a prompt.</summary>
internal sealed class PairJudging(IPreferenceJudge judge, FeedbackSession session)
{
    /// <summary>Judges every pair of different candidates, in their order.</summary>
    /// <param name="prompt">The prompt, as a person reads it.</param>
    /// <param name="candidates">Different texts, none empty.</param>
    /// <param name="cancellation">Stops asking.</param>
    public async Task<IReadOnlyList<JudgedPair>> AllAsync(string prompt, IReadOnlyList<string> candidates, CancellationToken cancellation)
    {
        var asked =
            from first in Enumerable.Range(0, candidates.Count)
            from second in Enumerable.Range(first + 1, candidates.Count - first - 1)
            select OneAsync(prompt, candidates[first], candidates[second], cancellation);
        return await Task.WhenAll(asked.ToArray()).ConfigureAwait(false);
    }

    /// <summary>
    /// The pair of the candidate with the highest mean probability of being better than another, and the one with the lowest. Where the two
    /// were judged the other way round they are a tie, and where one of them was never judged the judge abstains.
    /// </summary>
    /// <param name="candidates">At least two different texts.</param>
    /// <param name="pairs">All pairs of them, judged.</param>
    public static JudgedPair BestAndWorst(IReadOnlyList<string> candidates, IReadOnlyList<JudgedPair> pairs)
    {
        if (pairs.Count == 1)
            return pairs[0];
        var usage = pairs.Aggregate(default(FeedbackUsage), (sum, pair) => sum + pair.Verdict.Usage);
        var wins = candidates.Select(candidate => Wins(candidate, pairs)).ToArray();
        if (wins.Any(double.IsNaN))
        {
            var abstained = PreferenceVerdict.Abstain("A candidate has no verdict against any other.");
            return new(candidates[0], candidates[1], abstained with { Usage = usage });
        }

        var (best, worst) = (Array.IndexOf(wins, wins.Max()), Array.IndexOf(wins, wins.Min()));
        if (best == worst)
            return new(candidates[0], candidates[1], new() { FirstProbability = 0.5, Usage = usage });
        var (first, second) = (candidates[best], candidates[worst]);
        var found = pairs.First(pair => (pair.First, pair.Second) == (first, second) || (pair.Second, pair.First) == (first, second));
        var verdict = found.First == candidates[best] ? found.Verdict : found.Verdict.Swap();
        return new(candidates[best], candidates[worst], verdict with
        {
            FirstProbability = verdict.FirstProbability is { } probability ? Math.Max(probability, 0.5) : null,
            Usage = usage,
        });
    }

    private static double Wins(string candidate, IReadOnlyList<JudgedPair> pairs)
    {
        double[] probabilities =
        [
            .. from pair in pairs
               where pair.Verdict.FirstProbability is not null && (pair.First == candidate || pair.Second == candidate)
               select pair.First == candidate ? pair.Verdict.FirstProbability!.Value : 1 - pair.Verdict.FirstProbability!.Value,
        ];
        return probabilities.Length == 0 ? double.NaN : probabilities.Average();
    }

    private async Task<JudgedPair> OneAsync(string prompt, string first, string second, CancellationToken cancellation) =>
        new(first, second, await judge.CompareAsync(new(prompt, first, second), session, cancellation).ConfigureAwait(false));
}
