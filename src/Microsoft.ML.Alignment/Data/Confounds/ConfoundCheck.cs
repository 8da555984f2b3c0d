namespace Microsoft.ML.Alignment.Data.Confounds;

/// <summary>Names the features that tell chosen from rejected, of those that were counted.</summary>
internal static class ConfoundCheck
{
    // The probability that chance alone makes some feature of clean data stand out is at most this.
    private const double FalseAlarm = 0.05;

    /// <summary>
    /// The features whose interval lies above the minimum and whose distance from one half chance does not explain: by Hoeffding's
    /// inequality (1963) |p̂ − ½| ≥ t has a probability of at most 2 exp(−2nt²) each, so that with m features t = √(ln(2m / 0.05) / 2n).
    /// </summary>
    public static IReadOnlyList<Confound> Find(FeatureTally tally, ConfoundOptions options)
    {
        // Only what differs in so many pairs can be accurate enough, so only these are looked at.
        var needed = 2 * (options.MinimumAccuracy - 0.5) * tally.Pairs;
        (CompletionFeature Feature, FeatureCount Count)[] candidates =
            [.. tally.Counts.Where(c => c.Value.Differing >= Math.Max(1, needed)).Select(c => (c.Key, c.Value))];
        var chance = Math.Sqrt(Math.Log(2 * Math.Max(1, candidates.Length) / FalseAlarm) / (2.0 * Math.Max(1, tally.Pairs)));
        return
        [
            .. candidates
                .Where(c => Math.Abs(Accuracy(c.Count) - 0.5) >= chance)
                .GroupBy(c => Math.Min(c.Count.Signature, 0 - c.Count.Signature))
                .Select(alike => alike.OrderBy(c => c.Feature.Kind).ThenByDescending(c => c.Feature.Text.Length).First())
                .Select(c => Confound(c.Feature, Accuracy(c.Count)))
                .Where(c => c.Accuracy.Lower > options.MinimumAccuracy)
                .OrderByDescending(c => c.Accuracy.Value)
                .Take(options.MaxFeatures)
        ];

        // Where both sides are alike, half a pair.
        double Accuracy(FeatureCount count) => 0.5 + (0.5 * (count.Chosen - count.Rejected) / tally.Pairs);

        Confound Confound(CompletionFeature feature, double accuracy)
        {
            var (side, right) = accuracy >= 0.5 ? ("chosen", accuracy) : ("rejected", 1 - accuracy);
            return new(feature.Describe(side), IntervalEstimate.OfShare(right * tally.Pairs, tally.Pairs));
        }
    }
}
