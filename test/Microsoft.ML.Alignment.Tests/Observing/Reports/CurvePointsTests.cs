using Microsoft.ML.Alignment.Observing.Metrics;
using Microsoft.ML.Alignment.Observing.Reports;

namespace Microsoft.ML.Alignment.Tests.Observing.Reports;

public sealed class CurvePointsTests
{
    [Fact]
    public void ThinningKeepsPeaks()
    {
        var values = Enumerable.Range(1, 10_000).Select(step => new StepValue(step, step == 7_777 ? 99 : step % 7)).ToArray();

        var thin = CurvePoints.Thin(values, 50);

        thin.Should().HaveCountLessOrEqualTo(100).And.Contain(new StepValue(7_777, 99)).And.BeInAscendingOrder(value => value.Step);
    }

    [Fact]
    public void FewPointsStayAsTheyAre()
    {
        StepValue[] values = [new(1, 3), new(2, 4)];

        CurvePoints.Thin(values, 1).Should().Equal(values);
    }

    [Fact]
    public void SmoothingTakesTheMeanOfNeighbours()
    {
        StepValue[] values = [new(1, 1), new(2, 2), new(3, 9), new(4, 4), new(5, 7)];

        // At the ends as many neighbours as there are on both sides: none, then one.
        CurvePoints.Smooth(values, 2).Select(value => value.Value).Should().Equal(1, 4, 23 / 5.0, 20 / 3.0, 7);
    }
}
