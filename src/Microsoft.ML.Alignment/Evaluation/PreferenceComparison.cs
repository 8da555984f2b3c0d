using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment;

/// <summary>Two models on the same pairs: differences row by row, each with its 95 % interval.</summary>
/// <param name="Accuracy">Difference of the accuracies. Interval of Agresti and Min (2005).</param>
/// <param name="Margin">Mean difference of the margins. Student's interval of the paired differences.</param>
/// <param name="OnlyRight">Pairs that only the model gets right.</param>
/// <param name="OnlyBaselineRight">Pairs that only the baseline gets right.</param>
public sealed record PreferenceComparison(IntervalEstimate Accuracy, IntervalEstimate Margin, int OnlyRight, int OnlyBaselineRight)
{
    /// <summary>
    /// Gets the probability of a difference in accuracy at least as large if the models were equally good: McNemar's test (1947), exact and
    /// two-sided. In (0, 1].
    /// </summary>
    public double AccuracyPValue => Intervals.SignTest(OnlyRight, OnlyBaselineRight);

    internal static PreferenceComparison Of(IReadOnlyList<double> margins, IReadOnlyList<double> baseline)
    {
        if (margins.Count != baseline.Count)
            throw new ArgumentException(
                $"The model was evaluated on {margins.Count} pairs and the baseline on {baseline.Count}; compare evaluations of the same rows.",
                nameof(baseline));
        var rows = margins.Zip(baseline).ToArray();
        var (only, onlyBaseline) = (rows.Count(row => row.First > 0 && !(row.Second > 0)), rows.Count(row => row.Second > 0 && !(row.First > 0)));
        return new(
            Intervals.PairedShares(only, onlyBaseline, rows.Length), Intervals.Mean([.. rows.Select(row => row.First - row.Second)]),
            only, onlyBaseline);
    }
}
