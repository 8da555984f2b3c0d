using FluentAssertions;
using Samples.Rlaif;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Rlaif;

public sealed class SpreadTests
{
    [Fact]
    public void TheIntervalIsStudents()
    {
        // 1..5: deviation √2.5, over √5 is √0.5; the 97.5 % quantile at four degrees of freedom is 2.776.
        var spread = Spread.Of([1, 2, 3, 4, 5]);
        spread.Mean.Should().Be(3);
        spread.Half.Should().BeApproximately(2.776 * Math.Sqrt(0.5), 1e-9);
        (spread.Lower, spread.Upper).Should().Be((3 - spread.Half, 3 + spread.Half));
    }

    [Fact]
    public void OneSeedBoundsNothing()
    {
        Spread.Of([7]).Half.Should().Be(double.PositiveInfinity);
        Spread.Of([7]).ToString().Should().Be("+7.0 points");
    }

    [Fact]
    public void ManySeedsHaveAnInterval() => Spread.Of([.. Enumerable.Range(0, 60).Select(i => (double)(i % 2))]).Half.Should().BeInRange(0.12, 0.14);
}
