using Microsoft.ML.Alignment.Observing.Reports;

namespace Microsoft.ML.Alignment.Tests.Observing.Reports;

public sealed class AxisTests
{
    [Theory]
    [InlineData(0.412, 0.693, 0.4, 0.7, "0.4 0.5 0.6 0.7")]
    [InlineData(-81.5, -50.2, -90, -50, "−90 −80 −70 −60 −50")]
    [InlineData(0, 5e-5, 0, 5e-5, "0 1e−5 2e−5 3e−5 4e−5 5e−5")]
    [InlineData(-0.1, 1.9, -0.5, 2, "−0.5 0 0.5 1.0 1.5 2.0")]
    public void TicksAreRoundNumbers(double least, double most, double first, double last, string labels)
    {
        var axis = Axis.Over([least, most]);

        axis.Least.Should().BeApproximately(first, 1e-12);
        axis.Most.Should().BeApproximately(last, 1e-12);
        string.Join(' ', axis.Ticks.Select(tick => tick.Label)).Should().Be(labels);
        axis.PlaceOf(first).Should().BeApproximately(0, 1e-9);
        axis.PlaceOf(last).Should().BeApproximately(1, 1e-9);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.0)]
    [InlineData(-3e5)]
    public void AConstantLiesInside(double value)
    {
        var axis = Axis.Over([value, value]);

        axis.PlaceOf(value).Should().BeInRange(0.05, 0.95);
        axis.Ticks.Should().HaveCountGreaterThan(1);
    }

    [Fact]
    public void NormsOfManyMagnitudesStandOnDecades()
    {
        var axis = Axis.Over([0.3, 2, 4000], mayBeLogarithmic: true);

        axis.Ticks.Select(tick => tick.Label).Should().Equal("0.1", "1", "10", "100", "1000", "10000");
        axis.PlaceOf(10).Should().BeApproximately(0.4, 1e-12); // two of five decades
    }

    [Fact]
    public void StepsAreWholeNumbersAndEndAtTheLast()
    {
        var axis = Axis.OfSteps(96);

        axis.Ticks.Select(tick => tick.Label).Should().Equal("0", "20", "40", "60", "80");
        (axis.Least, axis.Most).Should().Be((0, 96));
        Axis.OfSteps(0).Ticks.Select(tick => tick.Label).Should().Equal("0", "1");
    }
}
