using System.Globalization;

namespace Microsoft.ML.Alignment;

/// <summary>A feature of completions that alone tells chosen from rejected: what a model can learn instead of what is meant.</summary>
/// <param name="Feature">
/// What the preferred completion is or has, in words, e.g. <c>chosen is longer</c> or <c>rejected contains "sorry"</c>.
/// </param>
/// <param name="Accuracy">
/// Share of different pairs that the feature decides rightly, in [0.5, 1], with its 95 % interval; where both sides are alike, half a pair.
/// </param>
public sealed record Confound(string Feature, IntervalEstimate Accuracy)
{
    /// <summary>The feature with its accuracy in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Feature}: right for {100 * Accuracy.Value:F1} % of {Accuracy.Count} pairs " +
        $"(95 % interval {100 * Accuracy.Lower:F1} to {100 * Accuracy.Upper:F1})");
}

/// <summary>Which features are named, and where the pairs are.</summary>
public sealed record ConfoundOptions
{
    /// <summary>Gets the text column of the better completions. The default is <c>Chosen</c>.</summary>
    public string ChosenColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Chosen;

    /// <summary>Gets the text column of the worse completions. The default is <c>Rejected</c>.</summary>
    public string RejectedColumnName { get; init => field = Require.NotEmpty(value); } = ColumnNames.Rejected;

    /// <summary>
    /// Gets what the lower end of a feature's 95 % interval must exceed for the feature to be named. In [0.5, 1); the default is 0.6.
    /// Features whose accuracy chance explains, given how many are looked at, are never named.
    /// </summary>
    public double MinimumAccuracy { get; init => field = Require.InRange(0.5, 1, value); } = 0.6;

    /// <summary>Gets the most features that are named. At least 1; the default is 10.</summary>
    public int MaxFeatures { get; init => field = Require.AtLeast(1, value); } = 10;
}
