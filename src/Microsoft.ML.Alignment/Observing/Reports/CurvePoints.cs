using Microsoft.ML.Alignment.Observing.Metrics;

namespace Microsoft.ML.Alignment.Observing.Reports;

/// <summary>Makes curves of many steps fit for drawing.</summary>
internal static class CurvePoints
{
    /// <summary>
    /// At most two points a bucket: its least and its greatest value, in their order, so that a long curve keeps its peaks.
    /// </summary>
    public static IReadOnlyList<StepValue> Thin(IReadOnlyList<StepValue> values, int buckets)
    {
        if (values.Count <= 2 * buckets)
            return values;
        var result = new List<StepValue>(2 * buckets);
        for (var i = 0; i < buckets; i++)
        {
            var bucket = values.Skip((int)((long)values.Count * i / buckets)).Take(Size(values.Count, i, buckets)).ToArray();
            var (least, most) = (bucket.MinBy(value => value.Value), bucket.MaxBy(value => value.Value));
            result.AddRange(least.Step < most.Step ? [least, most] : least.Step > most.Step ? [most, least] : [least]);
        }

        return result;
    }

    /// <summary>Each value replaced by the mean of those around it, fewer at the ends.</summary>
    /// <param name="values">One a step.</param>
    /// <param name="reach">How many on either side.</param>
    public static IReadOnlyList<StepValue> Smooth(IReadOnlyList<StepValue> values, int reach)
    {
        var sums = new double[values.Count + 1];
        for (var i = 0; i < values.Count; i++)
            sums[i + 1] = sums[i] + values[i].Value;
        return [.. values.Select((value, i) =>
        {
            var side = Math.Min(reach, Math.Min(i, values.Count - 1 - i));
            return value with { Value = (sums[i + side + 1] - sums[i - side]) / ((2 * side) + 1) };
        })];
    }

    private static int Size(int count, int bucket, int buckets) =>
        (int)(((long)count * (bucket + 1) / buckets) - ((long)count * bucket / buckets));
}
