namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Picks the completions of a round that people are shown, and notes what is said of them.</summary>
/// <param name="count">Completions of an optimizer step that are shown; 0 for none.</param>
/// <param name="plan">How rounds are dealt out to steps.</param>
/// <param name="scorer">Looks at completions whose log-probabilities the method does not need.</param>
internal sealed class ShownRows(int count, RolloutPlan plan, RolloutScorer scorer)
{
    /// <summary>From the one that scored best to the one that scored worst, as evenly as may be; those without a score come last.</summary>
    /// <param name="rows">The completions of an optimizer step.</param>
    /// <param name="count">How many are wanted.</param>
    public static SampledRow[] Pick(IEnumerable<SampledRow> rows, int count)
    {
        SampledRow[] sorted = [.. rows.OrderByDescending(row => row.Score ?? double.NegativeInfinity)];
        var picked = Math.Min(count, sorted.Length);
        return [.. Enumerable.Range(0, picked).Select(at => sorted[picked == 1 ? 0 : (int)((long)at * (sorted.Length - 1) / (picked - 1))])];
    }

    /// <summary>Notes at completions of each step of the round's first pass what is said of them; later passes have the same completions.</summary>
    /// <param name="groups">The round.</param>
    /// <param name="said">What the rewards said of it.</param>
    /// <param name="round">The round, from 0.</param>
    /// <param name="allRead">Whether all completions have their log-probabilities.</param>
    /// <param name="cancellation">The run's.</param>
    public void Note(IReadOnlyList<SampledGroup> groups, Scores said, long round, bool allRead, CancellationToken cancellation)
    {
        if (count == 0)
            return;
        var places = groups.SelectMany(group => group.Rows).Select((row, place) => (row, place)).ToDictionary(pair => pair.row, pair => pair.place);
        foreach (var step in plan.Pass(round, pass: 0))
        {
            var picked = Pick(step.SelectMany(at => groups[at].Rows), count);
            var divergences = allRead ? Array.ConvertAll(picked, Read) : Measured(groups, picked, cancellation);
            foreach (var (row, divergence) in picked.Zip(divergences))
                row.Note = new(divergence, said.Each.Count == 1 ? [] : said.Each.ToDictionary(one => one.Name, one => one.Values[places[row]]));
        }
    }

    private static double? Read(SampledRow row) =>
        row is { LogProbs: { } own, ReferenceLogProbs: { } reference } ? TokenRewards.Divergences(own, reference).Sum() : null;

    private double?[] Measured(IReadOnlyList<SampledGroup> groups, SampledRow[] picked, CancellationToken cancellation)
    {
        SampledGroup[] alone = [.. picked.Select(row => groups.First(group => group.Rows.Contains(row)) with { Rows = [row] })];
        var found = new Dictionary<SampledRow, double>();
        foreach (var packed in RolloutPacking.Pack(alone, plan.Steps))
        {
            cancellation.ThrowIfCancellationRequested();
            scorer.Measure(packed, (row, divergence) => found[row] = divergence);
        }

        return [.. picked.Select(row => found.TryGetValue(row, out var divergence) ? divergence : (double?)null)];
    }
}

/// <summary>What is said of a completion that people are shown.</summary>
/// <param name="Divergence">The log-ratio of the policy that wrote it and its reference, in nats; null without a reference.</param>
/// <param name="Rewards">What each of several rewards says of it; empty where there is one.</param>
internal sealed record RowNote(double? Divergence, Dictionary<string, double?> Rewards);
