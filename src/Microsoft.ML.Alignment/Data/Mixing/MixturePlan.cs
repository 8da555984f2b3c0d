namespace Microsoft.ML.Alignment.Data.Mixing;

/// <summary>How many rows of each set one pass has, and in which order the sets take turns.</summary>
internal static class MixturePlan
{
    // Shares such as 0.7 are not exact in binary; a total that is whole but for rounding stays whole.
    private const double Rounding = 1e-9;

    /// <summary>
    /// The rows of each set: the total times its share, rounded so that they sum to the total (largest remainders, Hamilton's method),
    /// hence less than one row off.
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
        var total = epoch == MixtureEpoch.NoRowTwice
            ? (long)Math.Floor(totals.Min() * (1 + Rounding))
            : (long)Math.Ceiling(totals.Max() * (1 - Rounding));
        var counts = Apportion(total, shares);
        return Array.IndexOf(counts, 0) is >= 0 and var none
            ? throw new ArgumentException(
                $"Without repeated rows the mixture has {total} rows, none of set {none + 1}, whose share is {shares[none]:G3}. "
                + $"Give it a larger weight, or mix with {nameof(MixtureEpoch)}.{nameof(MixtureEpoch.EveryRow)}.", nameof(weights))
            : counts;
    }

    /// <summary>
    /// The set that gives each row: always the one furthest behind its share, so that every beginning has the shares too.
    /// </summary>
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

    private static long[] Apportion(long total, double[] shares)
    {
        long[] counts = [.. shares.Select(share => (long)Math.Floor(total * share * (1 + Rounding)))];
        var left = total - counts.Sum();
        int[] byRemainder = [.. Enumerable.Range(0, shares.Length).OrderByDescending(set => (total * shares[set]) - counts[set])];
        foreach (var set in byRemainder.Take((int)left))
            counts[set]++;
        return counts;
    }
}
