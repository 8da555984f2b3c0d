using System.Globalization;

namespace Microsoft.ML.Alignment;

/// <summary>How long texts are, in tokens: the nearest-rank quantiles, which are lengths that occur.</summary>
/// <param name="Minimum">The shortest.</param>
/// <param name="Median">Half are at most this long.</param>
/// <param name="Percentile90">Nine of ten are at most this long.</param>
/// <param name="Percentile99">Ninety-nine of a hundred are at most this long.</param>
/// <param name="Maximum">The longest.</param>
/// <param name="Mean">The mean.</param>
public sealed record LengthQuantiles(int Minimum, int Median, int Percentile90, int Percentile99, int Maximum, double Mean)
{
    /// <summary>The quantiles in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"median {Median}, 90 % {Percentile90}, 99 % {Percentile99}, {Minimum} to {Maximum}, mean {Mean:F1}");

    /// <summary>Reads the quantiles off a histogram.</summary>
    /// <param name="histogram">How many texts have each length; at least one has one.</param>
    internal static LengthQuantiles Of(SortedDictionary<int, long> histogram)
    {
        var count = histogram.Values.Sum();
        return new(At(0), At(0.5), At(0.9), At(0.99), At(1), histogram.Sum(bin => (double)bin.Key * bin.Value) / count);

        int At(double share)
        {
            var rank = Math.Max(1, (long)Math.Ceiling(share * count));
            foreach (var (length, texts) in histogram)
            {
                rank -= texts;
                if (rank <= 0)
                    return length;
            }

            return histogram.Keys.Last();
        }
    }
}
