namespace Samples.Compare;

/// <summary>A method's row: in each column the median over the seeds.</summary>
internal sealed class MedianRow(string method, IReadOnlyList<MethodResult> runs)
{
    public string Method => method;

    /// <summary>The runs, one a seed.</summary>
    public IReadOnlyList<MethodResult> Runs => runs;

    /// <summary>
    /// The median of a column; of an even number of runs the mean of the two in the middle. Null where the column has no value.
    /// </summary>
    public double? this[ResultColumn column]
    {
        get
        {
            double[] values = [.. runs.Select(column.Value).OfType<double>().Order()];
            return values.Length == 0 ? null : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
        }
    }

    /// <summary>A row a method, in the order in which they ran.</summary>
    public static IReadOnlyList<MedianRow> Of(IEnumerable<MethodResult> results) =>
        [.. results.GroupBy(result => result.Method).Select(runs => new MedianRow(runs.Key, [.. runs]))];
}
