using System.Numerics;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Tests.Statistics;

public sealed class IntervalsTests
{
    // The 0.95 column (two-sided) of the usual tables of Student's distribution.
    [Theory]
    [InlineData(1, 12.7062)]
    [InlineData(2, 4.3027)]
    [InlineData(3, 3.1824)]
    [InlineData(4, 2.7764)]
    [InlineData(10, 2.2281)]
    [InlineData(29, 2.0452)]
    [InlineData(30, 2.0423)]
    [InlineData(120, 1.9799)]
    [InlineData(5_000_000, 1.9602)]
    public void QuantilesOfStudentAreThoseOfTheTables(long degrees, double expected) =>
        StudentT.Quantile(0.95, degrees).Should().BeApproximately(expected, 6e-5);

    // Newcombe, 1998, Statistics in Medicine 17:857-872, table I, method 3.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void SharesHaveThePublishedScoreIntervals(int successes, int count, double lower, double upper)
    {
        var share = Intervals.Share(successes, count);
        share.Value.Should().Be((double)successes / count);
        share.Count.Should().Be(count);
        share.Lower.Should().BeApproximately(lower, 6e-5);
        share.Upper.Should().BeApproximately(upper, 6e-5);
    }

    [Fact]
    public void ShareOfAllMirrorsShareOfNone() =>
        Intervals.Share(20, 20).Lower.Should().BeApproximately(1 - Intervals.Share(0, 20).Upper, 1e-15);

    // 1, 2, 3, 4, 5: s² = 10 / 4, so the half width is t(4) √(2.5 / 5) = 2.776445 √0.5 = 1.963243.
    [Fact]
    public void AMeanHasStudentsInterval()
    {
        var mean = Intervals.Mean([3, 1, 5, 4, 2]);
        (mean.Value, mean.Count).Should().Be((3, 5));
        mean.Lower.Should().BeApproximately(3 - 1.963243, 1e-6);
        mean.Upper.Should().BeApproximately(3 + 1.963243, 1e-6);
    }

    [Fact]
    public void OneRowBoundsNothing() => Intervals.Mean([2.5]).Should().Be(new IntervalEstimate(2.5, 1, double.NegativeInfinity, double.PositiveInfinity));

    [Theory]
    [InlineData(9, 2, 30)]
    [InlineData(0, 0, 12)]
    [InlineData(0, 17, 17)]
    public void PairedSharesAreWaldsIntervalOfTheRowsAndHalfARowForEachOutcome(int onlyFirst, int onlySecond, int count)
    {
        var outcomes = new[] { (1, onlyFirst + 0.5), (-1, onlySecond + 0.5), (0, count - onlyFirst - onlySecond + 1.0) };
        var rows = outcomes.Sum(o => o.Item2);
        var mean = outcomes.Sum(o => o.Item1 * o.Item2) / rows;
        var variance = outcomes.Sum(o => o.Item2 * (o.Item1 - mean) * (o.Item1 - mean)) / rows;
        var difference = Intervals.PairedShares(onlyFirst, onlySecond, count);
        difference.Value.Should().Be((onlyFirst - onlySecond) / (double)count);
        difference.Lower.Should().BeApproximately(Math.Max(-1, mean - (1.959964 * Math.Sqrt(variance / rows))), 1e-6);
        difference.Upper.Should().BeApproximately(Math.Min(1, mean + (1.959964 * Math.Sqrt(variance / rows))), 1e-6);
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(3, 3, 1)]
    [InlineData(5, 0, 2 / 32.0)] // both tails of (1/2)^5
    [InlineData(1, 8, 2 * (1 + 9) / 512.0)]
    public void SignTestSumsTheTails(int first, int second, double expected) =>
        Intervals.SignTest(first, second).Should().BeApproximately(expected, 1e-12);

    [Fact]
    public void SignTestOfManyRowsIsExact()
    {
        var (term, sum) = (BigInteger.One, BigInteger.Zero);
        for (var k = 0; k <= 1400; k++)
        {
            sum += term;
            term = term * (3000 - k) / (k + 1);
        }

        var expected = Math.Exp(BigInteger.Log(2 * sum) - (3000 * Math.Log(2)));
        expected.Should().BeInRange(1e-4, 1e-3);
        Intervals.SignTest(1400, 1600).Should().BeApproximately(expected, expected * 1e-9);
    }

    [Fact]
    public void TheBootstrapOfAMeanIsNearStudentsInterval()
    {
        var random = new Random(4);
        double[] values = [.. Enumerable.Range(0, 300).Select(_ => Math.Pow(random.NextDouble(), 2))];
        var (drawn, closed) = (Bootstrap.Estimate(300, rows => rows.Average(row => values[row])), Intervals.Mean(values));
        (drawn.Value, drawn.Count).Should().Be((closed.Value, closed.Count));
        // The ends are quantiles of 1999 draws: their standard error is about a tenth of the standard error of the mean.
        var tolerance = 0.3 * (closed.Upper - closed.Value) / 1.96;
        drawn.Lower.Should().BeApproximately(closed.Lower, tolerance);
        drawn.Upper.Should().BeApproximately(closed.Upper, tolerance);
        Bootstrap.Estimate(300, rows => rows.Average(row => values[row])).Should().Be(drawn);
    }
}
