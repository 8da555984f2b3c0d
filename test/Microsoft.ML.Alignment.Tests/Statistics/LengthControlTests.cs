using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Tests.Statistics;

public sealed class LengthControlTests
{
    [Theory]
    [InlineData(7, 10)]
    [InlineData(10, 10)]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    public void WithoutDifferencesItIsTheShareWithHalfARowMoreOnEachSide(int wins, int rows)
    {
        var outcomes = Enumerable.Range(0, rows).Select(row => row < wins ? 1.0 : 0).ToArray();
        var rate = LengthControl.Rate(outcomes, new double[rows]);
        rate.Value.Should().BeApproximately((wins + 0.5) / (rows + 1), 1e-9, "Jeffreys' prior of a share is Beta(1/2, 1/2)");
        rate.Count.Should().Be(rows);
        rate.Lower.Should().BeLessThan(rate.Value).And.BeGreaterThan(0);
        rate.Upper.Should().BeGreaterThan(rate.Value).And.BeLessThan(1);
    }

    // A lattice around the answer knows nothing of derivatives.
    [Fact]
    public void NoParametersNearbyAreMoreLikely()
    {
        var random = new Random(4);
        for (var round = 0; round < 40; round++)
        {
            var count = 3 + random.Next(12);
            double[] outcomes = [.. Enumerable.Range(0, count).Select(_ => random.Next(3) / 2.0)];
            double[] lengths = [.. Enumerable.Range(0, count).Select(_ => (double)random.Next(-40, 60))];
            var rate = LengthControl.Rate(outcomes, lengths).Value;
            var intercept = Math.Log(rate / (1 - rate));
            double Profile(double at) => Enumerable.Range(-400, 801).Max(slope => Likelihood(outcomes, lengths, at, slope / 20.0));
            var best = Profile(intercept);
            foreach (var away in new[] { -1, -0.3, -0.1, 0.1, 0.3, 1 })
                Profile(intercept + away).Should().BeLessThan(best);
        }
    }

    [Theory]
    [InlineData(0.0, 3.0)]
    [InlineData(1.0, 2.0)]
    [InlineData(-0.5, -1.5)]
    public void RatesThatWerePlantedAreFoundBesideALikingForLength(double intercept, double slope)
    {
        const int Rounds = 300;
        var random = new Random(9);
        var expected = 1 / (1 + Math.Exp(-intercept));
        var (covered, sum) = (0, 0.0);
        for (var round = 0; round < Rounds; round++)
        {
            double[] lengths = [.. Enumerable.Range(0, 120).Select(_ => 30 + (random.NextDouble() * 100) - 50)];
            var mean = lengths.Average();
            var deviation = Math.Sqrt(lengths.Average(length => (length - mean) * (length - mean)));
            double[] outcomes = [.. lengths.Select(length => random.NextDouble() < 1 / (1 + Math.Exp(-intercept - (slope * Math.Tanh(length / deviation)))) ? 1.0 : 0)];
            var rate = LengthControl.Rate(outcomes, lengths);
            covered += rate.Lower <= expected && expected <= rate.Upper ? 1 : 0;
            sum += rate.Value;
        }

        (sum / Rounds).Should().BeApproximately(expected, 0.02);
        ((double)covered / Rounds).Should().BeInRange(0.92, 0.98, "95 % intervals, of 300 of which 2.3 standard deviations are 0.03");
    }

    // Σ y log p + (1 − y) log(1 − p), and half the logarithm of the determinant of Fisher's information, which is Σ over pairs of rows
    // of w v (x − z)², or Σ w where all lengths are the same.
    private static double Likelihood(double[] outcomes, double[] lengths, double intercept, double slope)
    {
        var mean = lengths.Average();
        var deviation = Math.Sqrt(lengths.Sum(length => Math.Pow(length - mean, 2)) / lengths.Length);
        var x = Array.ConvertAll(lengths, length => deviation > 0 ? Math.Tanh(length / deviation) : 0);
        var p = Array.ConvertAll(x, at => 1 / (1 + Math.Exp(-intercept - (slope * at))));
        var fit = outcomes.Zip(p, (outcome, likely) => (outcome * Math.Log(likely)) + ((1 - outcome) * Math.Log(1 - likely))).Sum();
        double[] weights = [.. p.Select(likely => likely * (1 - likely))];
        var determinant = x.Distinct().Count() == 1 ? weights.Sum() : Enumerable.Range(0, x.Length).Sum(row =>
            Enumerable.Range(0, row).Sum(other => weights[row] * weights[other] * Math.Pow(x[row] - x[other], 2)));
        return fit + (0.5 * Math.Log(determinant));
    }
}
