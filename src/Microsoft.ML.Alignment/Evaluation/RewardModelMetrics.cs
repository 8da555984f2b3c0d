using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment;

/// <summary>How good a reward model is, each figure with its 95 % interval.</summary>
public sealed class RewardModelMetrics : PreferenceMetrics
{
    private const int Bins = 10;

    internal RewardModelMetrics(double[] chosen, double[] rejected, int[] lengthDifferences)
        : base(chosen, rejected)
    {
        CalibrationError = Bootstrap.Estimate(Margins.Count, rows => Calibration([.. rows.Select(row => Margins[row])]));
        LengthCorrelation = Bootstrap.Estimate(
            Margins.Count, rows => Correlation([.. rows.Select(row => (Margins[row], (double)lengthDifferences[row]))]));
    }

    /// <summary>
    /// Gets the expected calibration error (Guo et al., 2017, arXiv:1706.04599, eq. 3): how far, on average, the model's probability of
    /// being right about a pair, σ(|margin|), is from the share in which it is right, over 10 bins of [0.5, 1]. A tie is right by half. In
    /// [0, 0.5] for models that are better than chance; of few pairs above 0 also for a perfect model. Bootstrap interval over pairs.
    /// </summary>
    public IntervalEstimate CalibrationError { get; }

    /// <summary>
    /// Gets the correlation of reward and length (characters) among completions of one prompt, each less the mean of its pair. Near 1, the
    /// model may reward length (Singhal et al., 2023, arXiv:2310.03716). In [-1, 1]; NaN where all pairs are of equal length or reward.
    /// Bootstrap interval over pairs.
    /// </summary>
    public IntervalEstimate LengthCorrelation { get; }

    /// <summary>The figures in one line.</summary>
    public override string ToString() => $"{base.ToString()}; calibration error {CalibrationError}; length correlation {LengthCorrelation}";

    private static double Calibration(double[] margins)
    {
        var (confidence, right) = (new double[Bins], new double[Bins]);
        foreach (var margin in margins)
        {
            var probability = 1 / (1 + Math.Exp(-Math.Abs(margin)));
            var bin = Math.Min(Bins - 1, (int)((probability - 0.5) * 2 * Bins));
            confidence[bin] += probability;
            right[bin] += margin == 0 ? 0.5 : margin > 0 ? 1 : 0;
        }

        return confidence.Zip(right, (expected, found) => Math.Abs(expected - found)).Sum() / margins.Length;
    }

    // Within a pair both deviate from its mean by half the difference, with opposite signs, so that the means over all completions are 0.
    private static double Correlation((double Margin, double Length)[] pairs) =>
        pairs.Sum(pair => pair.Margin * pair.Length)
        / Math.Sqrt(pairs.Sum(pair => pair.Margin * pair.Margin) * pairs.Sum(pair => pair.Length * pair.Length));
}
