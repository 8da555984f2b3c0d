namespace Samples.Compare;

/// <summary>A method's row over all seeds.</summary>
/// <param name="method">Its title.</param>
/// <param name="runs">The runs, one a seed.</param>
/// <param name="pooled">
/// Whether counts add up and other cells are means, where each seed measured other verbs; else all cells are medians.
/// </param>
internal sealed class ResultRow(string method, IReadOnlyList<MethodResult> runs, bool pooled)
{
    public string Method => method;

    public IReadOnlyList<MethodResult> Runs => runs;

    /// <summary>Irregular verbs of which <see cref="ResultColumn.Right"/> counts some.</summary>
    public int Verbs => pooled ? runs.Sum(run => run.Test.Verbs) : runs[0].Test.Verbs;

    /// <summary>
    /// A cell; null where the column has no value. A median of an even number of runs is the mean of the two in the middle.
    /// </summary>
    public double? this[ResultColumn column]
    {
        get
        {
            double[] values = [.. runs.Select(column.Value).OfType<double>().Order()];
            if (values.Length == 0)
                return null;
            if (pooled)
                return column.IsCount ? values.Sum() : values.Average();
            return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
        }
    }

    /// <summary>A row a method, in the order in which they ran.</summary>
    public static IReadOnlyList<ResultRow> Of(IEnumerable<MethodResult> results, bool pooled = false) =>
        [.. results.GroupBy(result => result.Method).Select(runs => new ResultRow(runs.Key, [.. runs], pooled))];
}
