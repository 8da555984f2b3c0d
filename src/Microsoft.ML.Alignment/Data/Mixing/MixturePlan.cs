namespace Microsoft.ML.Alignment.Data.Mixing;

/// <summary>How many rows of each set one pass has, and in which order the sets take turns.</summary>
internal static class MixturePlan
{
    /// <summary>
    /// The rows of each set: the total times its share, rounded so that they sum to the total (largest remainders, Hamilton's method), hence
    /// less than one row off.
    /// </summary>
    /// <param name="sizes">Rows that each set has; above 0.</param>
    /// <param name="weights">Weights; above 0.</param>
    /// <param name="epoch">What fixes the total.</param>
    /// <exception cref="ArgumentException">A set is too small to have a row at its share.</exception>
    public static long[] Counts(IReadOnlyList<long> sizes, IReadOnlyList<double> weights, MixtureEpoch epoch)
    {
        var sum = weights.Sum();
        double[] shares = [.. weights.Select(weight => weight / sum)];
        var totals = sizes.Zip(shares, (size, share) => size / share);
        var total = epoch == MixtureEpoch.NoRowTwice ? (long)Math.Floor(totals.Min() + Slack(totals.Min())) : (long)Math.Ceiling(totals.Max() - Slack(totals.Max()));
        var counts = Apportion(total, shares);
        if (counts.Any(count => count == 0))
            throw new ArgumentException(
                $"With shares of {string.Join(", ", shares.Select(share => share.ToString("P2")))} a mixture without repeated rows has {total} rows, "
                + $"none of set {Array.IndexOf(counts, 0) + 1}. Give it a larger weight, or mix with {nameof(MixtureEpoch)}.{nameof(MixtureEpoch.EveryRow)}.",
                nameof(weights));
        return counts;
    }

    /// <summary>The set that gives each row: always the one furthest behind its share, so that every beginning has the shares too.</summary>
    public static IEnumerable<int> Turns(IReadOnlyList<long> counts)
    {
        var total = counts.Sum();
        var taken = new long[counts.Count];
        for (var row = 1L; row <= total; row++)
        {
            var next = 0;
            for (var set = 1; set < taken.Length; set++)
            {
                if (Behind(set) > Behind(next))
                    next = set;
            }

            taken[next]++;
            yield return next;

            Int128 Behind(int set) => ((Int128)counts[set] * row) - ((Int128)taken[set] * total);
        }
    }

    // Shares such as 0.7 are not exact in binary; a total that is whole but for rounding stays whole.
    private static double Slack(double total) => 1e-9 * total;

    private static long[] Apportion(long total, double[] shares)
    {
        long[] counts = [.. shares.Select(share => (long)Math.Floor((total * share) + 1e-9))];
        var left = total - counts.Sum();
        foreach (var set in Enumerable.Range(0, shares.Length).OrderByDescending(set => (total * shares[set]) - counts[set]).Take((int)left).ToArray())
            counts[set]++;
        return counts;
    }
}
