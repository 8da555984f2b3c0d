namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Finds the pairs that must go so that preferring length teaches nothing.</summary>
internal static class LengthBalance
{
    /// <summary>Marks pairs as left out, so that of those that stay the wanted share prefers the longer completion.</summary>
    /// <param name="rows">The pairs of each row.</param>
    /// <param name="share">The share that prefers the longer one, in [0, 1].</param>
    /// <returns>The pairs in the same order.</returns>
    public static IReadOnlyList<JudgedPair>[] Of(IReadOnlyList<IReadOnlyList<JudgedPair>> rows, double share)
    {
        Place[] decided =
        [
            .. from row in rows.Index()
               from pair in row.Item.Index()
               where pair.Item.Verdict.Preference is not (null or PreferenceOutcome.Tie) && pair.Item.Chosen.Length != pair.Item.Rejected.Length
               select new Place(row.Index, pair.Index, pair.Item),
        ];
        Place[] longer = [.. decided.Where(place => place.PrefersLonger)], shorter = [.. decided.Where(place => !place.PrefersLonger)];
        var surplus = Surplus(longer, Allowed(shorter.Length, share, 1 - share)).Concat(Surplus(shorter, Allowed(longer.Length, 1 - share, share)))
            .Select(place => (place.Row, place.Pair)).ToHashSet();
        return [.. rows.Index().Select(row => (IReadOnlyList<JudgedPair>)[.. row.Item.Index().Select(
            pair => surplus.Contains((row.Index, pair.Index)) ? pair.Item with { IsSurplus = true } : pair.Item)])];
    }

    // Beside so many of the others.
    private static long Allowed(int others, double share, double shareOfOthers) =>
        shareOfOthers <= 0 ? long.MaxValue : (long)Math.Floor((others * share / shareOfOthers) + 1e-9);

    // Equally certain ones in an order that is a function of their texts, so that the order of the rows does not count.
    private static IEnumerable<Place> Surplus(Place[] places, long allowed) => places
        .OrderByDescending(place => place.Judged.ChosenProbability)
        .ThenBy(place => RowKey.Of([place.Judged.Chosen, place.Judged.Rejected]))
        .Skip((int)Math.Min(places.Length, allowed));

    private sealed record Place(int Row, int Pair, JudgedPair Judged)
    {
        public bool PrefersLonger => Judged.Chosen.Length > Judged.Rejected.Length;
    }
}
