namespace Samples.Rlhf;

/// <summary>How often each of a few answers is given.</summary>
/// <param name="Shares">Numbers above 0 that sum to 1.</param>
internal sealed record Distribution(IReadOnlyList<double> Shares)
{
    /// <summary>Weights divided by their sum.</summary>
    public static Distribution Normalized(IEnumerable<double> weights)
    {
        double[] all = [.. weights];
        return new(Array.ConvertAll(all, weight => weight / all.Sum()));
    }

    /// <summary>The mean of a value of each answer.</summary>
    public double Mean(IReadOnlyList<double> values) => Shares.Zip(values, (share, value) => share * value).Sum();

    /// <summary>KL(this ‖ other), in nats.</summary>
    public double DivergenceFrom(Distribution other) => Shares.Zip(other.Shares, (p, q) => p * Math.Log(p / q)).Sum();

    /// <summary>The total variation: half of what both differ by, the share of answers that would have to change.</summary>
    public double DistanceTo(Distribution other) => Shares.Zip(other.Shares, (p, q) => Math.Abs(p - q)).Sum() / 2;
}
