using System.Runtime.InteropServices;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Data.Confounds;

/// <summary>Pairs that a feature decides.</summary>
/// <param name="Chosen">Pairs whose chosen completion has the feature or more of it.</param>
/// <param name="Rejected">Pairs whose rejected completion has.</param>
/// <param name="Missed">Pairs that may have been missed before the feature was counted, at most.</param>
/// <param name="Signature">Equal for features that decide all pairs alike, or all the other way round with the sign turned.</param>
internal record struct FeatureCount(long Chosen, long Rejected, long Missed, ulong Signature)
{
    /// <summary>Gets the pairs in which the two sides differ.</summary>
    public readonly long Differing => Chosen + Rejected;
}

/// <summary>
/// Counts over a stream of pairs which side has which feature. Features that differ in fewer than one pair of 200 are forgotten on the way
/// (lossy counting: Manku and Motwani 2002), so that memory does not grow with the data; what is left is short by half a percent of the
/// pairs at most.
/// </summary>
internal sealed class FeatureTally
{
    private const int BucketPairs = 200;

    private readonly Dictionary<CompletionFeature, FeatureCount> _counts = [];

    /// <summary>Gets the number of pairs so far.</summary>
    public long Pairs { get; private set; }

    /// <summary>Gets the features that were not forgotten.</summary>
    public IReadOnlyDictionary<CompletionFeature, FeatureCount> Counts => _counts;

    public void Add(string chosen, string rejected) => Add(new CompletionFeatures(chosen, []), new(rejected, []));

    public void Add(CompletionFeatures chosen, CompletionFeatures rejected)
    {
        var mark = SplitMix64.Spread((ulong)++Pairs);
        foreach (var (feature, sign) in chosen.Differences(rejected))
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, feature, out var known);
            if (!known)
                count.Missed = (Pairs - 1) / BucketPairs;
            if (sign > 0)
                count.Chosen++;
            else
                count.Rejected++;
            count.Signature += sign > 0 ? mark : 0 - mark;
        }

        if (Pairs % BucketPairs == 0)
            Forget(Pairs / BucketPairs);
    }

    private void Forget(long bucket)
    {
        foreach (var (feature, count) in _counts)
        {
            if (count.Differing + count.Missed <= bucket)
                _counts.Remove(feature);
        }
    }
}
