namespace Microsoft.ML.Alignment.Evaluation;

/// <summary>Has a judge compare the completions of two policies.</summary>
/// <param name="judge">The judge.</param>
/// <param name="session">What its requests go through.</param>
/// <param name="concurrency">Rows that are asked about at once.</param>
internal sealed class WinRateJudging(IPreferenceJudge judge, FeedbackSession session, int concurrency)
{
    /// <summary>Compares, row by row.</summary>
    public async Task<JudgedComparison[]> CompareAsync(
        IReadOnlyList<string> prompts, IReadOnlyList<string> completions, IReadOnlyList<string> opponents, CancellationToken cancellation)
    {
        var rows = new JudgedComparison[prompts.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellation };
        await Parallel.ForAsync(0, rows.Length, options, async (row, token) =>
            rows[row] = await CompareAsync(prompts[row], completions[row], opponents[row], token).ConfigureAwait(false)).ConfigureAwait(false);
        return rows;
    }

    private async Task<JudgedComparison> CompareAsync(string prompt, string completion, string opponent, CancellationToken cancellation)
    {
        var verdict = completion == opponent
            ? new PreferenceVerdict { FirstProbability = 0.5 }
            : await judge.CompareAsync(new(prompt, completion, opponent), session, cancellation).ConfigureAwait(false);
        return new(prompt, completion, opponent, verdict);
    }
}
