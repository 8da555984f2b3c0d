namespace Microsoft.ML.Alignment.Judging;

/// <summary>Agreement beyond chance (Cohen, 1960).</summary>
internal static class CohensKappa
{
    /// <summary>(observed − expected) / (1 − expected) agreement of two who sorted the same things into first, second and tie.</summary>
    /// <returns>1 for full agreement, 0 for that of chance; null without a pair, or where both always say the same one thing.</returns>
    public static double? Of(IReadOnlyCollection<(PreferenceOutcome One, PreferenceOutcome Other)> pairs)
    {
        if (pairs.Count == 0)
            return null;
        var observed = pairs.Count(pair => pair.One == pair.Other) / (double)pairs.Count;
        var expected = Enum.GetValues<PreferenceOutcome>().Sum(outcome =>
            pairs.Count(pair => pair.One == outcome) / (double)pairs.Count * pairs.Count(pair => pair.Other == outcome) / pairs.Count);
        return expected < 1 ? (observed - expected) / (1 - expected) : null;
    }
}
