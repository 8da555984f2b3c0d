using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment;

/// <summary>How well scores of completions tell the chosen from the rejected ones, each figure with its 95 % interval.</summary>
public class PreferenceMetrics
{
    private readonly double[] _chosen;
    private readonly double[] _rejected;

    internal PreferenceMetrics(double[] chosen, double[] rejected)
    {
        (_chosen, _rejected) = (chosen, rejected);
        Margins = [.. chosen.Zip(rejected, (better, worse) => better - worse)];
        Accuracy = Intervals.Share(Margins.Count(margin => margin > 0), Margins.Count);
        Margin = Intervals.Mean(Margins);
        Chosen = Intervals.Mean(chosen);
        Rejected = Intervals.Mean(rejected);
    }

    /// <summary>
    /// Gets the share of pairs whose chosen completion has the higher score (TRL's <c>rewards/accuracies</c>); ties do not count. Wilson's
    /// interval.
    /// </summary>
    public IntervalEstimate Accuracy { get; }

    /// <summary>
    /// Gets the mean of chosen minus rejected score (TRL's <c>rewards/margins</c>), in the scores' unit. Student's interval.
    /// </summary>
    public IntervalEstimate Margin { get; }

    /// <summary>Gets the mean score of the chosen completions (TRL's <c>rewards/chosen</c>). Student's interval.</summary>
    public IntervalEstimate Chosen { get; }

    /// <summary>Gets the mean score of the rejected completions (TRL's <c>rewards/rejected</c>). Student's interval.</summary>
    public IntervalEstimate Rejected { get; }

    /// <summary>
    /// Gets the pairs whose two completions have the same score, as all have before a policy has moved from its reference.
    /// </summary>
    public int Ties => Margins.Count(margin => margin == 0);

    /// <summary>Gets chosen minus rejected score of each pair, in the order of the rows.</summary>
    public IReadOnlyList<double> Margins { get; }

    /// <summary>Puts the rows of several evaluations together, for example those of all folds of a cross-validation.</summary>
    /// <param name="parts">At least one; no row is in two of them.</param>
    /// <exception cref="ArgumentException">There is no part.</exception>
    public static PreferenceMetrics Pool(IEnumerable<PreferenceMetrics> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        PreferenceMetrics[] all = [.. parts];
        return all.Length > 0
            ? new([.. all.SelectMany(part => part._chosen)], [.. all.SelectMany(part => part._rejected)])
            : throw new ArgumentException("There is nothing to put together; give at least one evaluation.", nameof(parts));
    }

    /// <summary>
    /// Compares with another model's scores of the same rows in the same order: far sharper than to compare two intervals.
    /// </summary>
    /// <param name="baseline">The other model's evaluation.</param>
    /// <exception cref="ArgumentException">The two have different numbers of rows.</exception>
    public PreferenceComparison CompareWith(PreferenceMetrics baseline)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        return PreferenceComparison.Of(Margins, baseline.Margins);
    }

    /// <summary>The figures in one line.</summary>
    public override string ToString() => $"accuracy {Accuracy}; margin {Margin}; {Ties} ties";
}
