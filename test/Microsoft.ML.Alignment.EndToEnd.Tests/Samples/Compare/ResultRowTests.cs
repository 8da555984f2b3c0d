using FluentAssertions;
using Samples.Compare;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Compare;

public sealed class ResultRowTests
{
    [Fact]
    public void EveryCellHasTheMedianOfItsOwnColumn()
    {
        MethodResult[] runs = [Runs.Of("m", 1, right: 9, kl: 0.1), Runs.Of("m", 2, right: 20, kl: 0.3), Runs.Of("m", 3, right: 12, kl: 2)];
        var row = new ResultRow("m", runs, pooled: false);
        row[ResultColumn.Right].Should().Be(12);
        row[ResultColumn.Kl].Should().Be(0.3);
    }

    [Fact]
    public void OfTwoRunsTheMiddleIsTheirMean() =>
        new ResultRow("m", [Runs.Of("m", 1, right: 9), Runs.Of("m", 2, right: 12)], pooled: false)[ResultColumn.Right].Should().Be(10.5);

    [Fact]
    public void CountsOfOtherVerbsEachAddUpAndTheRestIsMeans()
    {
        var row = new ResultRow("m", [Runs.Of("m", 1, right: 9, kl: 0.1), Runs.Of("m", 2, right: 12, kl: 0.3)], pooled: true);
        row[ResultColumn.Right].Should().Be(21);
        row[ResultColumn.Kl].Should().BeApproximately(0.2, 1e-12);
        row.Verbs.Should().Be(70);
    }

    [Fact]
    public void RowsKeepTheOrderInWhichMethodsRan() =>
        ResultRow.Of([Runs.Of("z", 1), Runs.Of("a", 1), Runs.Of("z", 2), Runs.Of("a", 2)])
            .Select(row => (row.Method, row.Runs.Count)).Should().Equal(("z", 2), ("a", 2));

    [Fact]
    public void SpeedIsPairsOverSeconds() => Cell("pairsPerSecond", Runs.Of("m", 1)).Should().Be(2.5);

    [Theory]
    [InlineData("pairsPerSecond")]
    [InlineData("seconds")]
    [InlineData("peakMemoryGB")]
    public void WhatWasNotTrainedHasNoCost(string key) => Cell(key, Runs.Of("base", 1) with { Cost = null }).Should().BeNull();

    [Fact]
    public void NumbersAreWrittenAsTheirColumnsSay()
    {
        ResultColumn.ChosenChange.Text(1.5).Should().Be("+1.50");
        ResultColumn.ChosenChange.Text(-0.25).Should().Be("-0.25");
        ResultColumn.ChosenChange.Text(-0.004).Should().Be("0.00");
        ResultColumn.Right.Text(17.5).Should().Be("17.5");
        ResultColumn.Right.Text(null).Should().BeEmpty();
    }

    private static double? Cell(string key, MethodResult run) =>
        new ResultRow("m", [run], pooled: false)[ResultColumn.All.Single(column => column.Key == key)];
}
