namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>
/// Samples prompts again whose completions are all equally good, which would teach nothing (Yu et al., 2025, DAPO, arXiv:2503.14476,
/// section 3.2).
/// </summary>
/// <param name="sampler">Writes completions.</param>
/// <param name="scores">Scores them.</param>
/// <param name="retries">How often a prompt is sampled again at most.</param>
internal sealed class EqualGroups(RolloutSampler sampler, CompletionScores scores, int retries)
{
    /// <summary>Puts new completions in the places of those that are equally good, as long as there are such and it may be tried.</summary>
    /// <param name="groups">The completions of each prompt; changed in place.</param>
    /// <param name="said">What the rewards said of them; changed in place.</param>
    /// <param name="round">The round.</param>
    /// <param name="cancellation">The run's.</param>
    /// <returns>How many groups were sampled again.</returns>
    public int Replace(SampledGroup[] groups, Scores said, long round, CancellationToken cancellation)
    {
        var sampled = 0;
        var size = groups[0].Rows.Count;
        for (var attempt = 1; attempt <= retries; attempt++)
        {
            int[] places = [.. Enumerable.Range(0, groups.Length).Where(at => IsEqual(groups[at]))];
            if (places.Length == 0)
                break;
            var again = sampler.Sample(
                [.. places.Select(at => groups[at].Index)], size, round, cancellation, firstStream: (long)attempt * groups.Length * size);
            said.Replace(places, size, scores.Score(again, cancellation));
            for (var i = 0; i < places.Length; i++)
                groups[places[i]] = again[i];
            sampled += places.Length;
        }

        return sampled;
    }

    // One that has fewer than two scores has nothing to compare either.
    private static bool IsEqual(SampledGroup group) => group.Rows.Select(row => row.Score).OfType<double>().Distinct().Count() < 2;
}
