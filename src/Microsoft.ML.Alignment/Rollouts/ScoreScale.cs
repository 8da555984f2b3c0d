namespace Microsoft.ML.Alignment.Rollouts;

/// <summary>Scores in standard deviations from a mean, then clipped.</summary>
/// <param name="Mean">What becomes 0.</param>
/// <param name="Deviation">What becomes 1; above 0.</param>
/// <param name="Most">The greatest magnitude that is left; null for no limit.</param>
internal readonly record struct ScoreScale(double Mean, double Deviation, double? Most)
{
    // Rewards that hardly differ would become noise of magnitude 1.
    private const double LeastDeviation = 1e-6;

    /// <summary>The scale on which given scores have mean 0 and deviation 1.</summary>
    /// <param name="moments">Of the scores, two or more.</param>
    /// <param name="most">The greatest magnitude that is left; null for no limit.</param>
    public static ScoreScale Of(Moments moments, double? most) => new(moments.Mean, Math.Max(moments.Deviation, LeastDeviation), most);

    /// <summary>Puts a score on the scale.</summary>
    public double Apply(double score)
    {
        var scaled = (score - Mean) / Deviation;
        return Most is { } most ? Math.Clamp(scaled, -most, most) : scaled;
    }

    /// <summary>Puts parts of a score on the scale: what the mean and the limit take off is not theirs.</summary>
    public double[] ApplyToParts(double[] parts)
    {
        var deviation = Deviation;
        return Array.ConvertAll(parts, part => part / deviation);
    }
}
