namespace Microsoft.ML.Alignment.Tests.Evaluation;

public sealed class PreferenceMetricsTests
{
    private readonly MLContext _context = new();

    [Fact]
    public void FiguresAreThoseOfTheRows()
    {
        var metrics = Evaluate([(3, 1), (2, 2), (0.5f, 1), (4, 0), (1, -1)]);
        metrics.Margins.Should().Equal(2, 0, -0.5, 4, 2);
        metrics.Accuracy.Should().BeEquivalentTo(new { Value = 0.6, Count = 5L });
        metrics.Margin.Value.Should().BeApproximately(1.5, 1e-12);
        metrics.Chosen.Value.Should().BeApproximately(2.1, 1e-12);
        metrics.Rejected.Value.Should().BeApproximately(0.6, 1e-12);
        metrics.Ties.Should().Be(1);
    }

    [Fact]
    public void OneRowHasAnAccuracyThatHardlyTellsAnything()
    {
        var metrics = Evaluate([(1, 0)]);
        metrics.Accuracy.Value.Should().Be(1);
        metrics.Accuracy.Lower.Should().BeLessThan(0.21);
        metrics.Margin.Upper.Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void PooledFoldsAreTheWhole()
    {
        (float, float)[] rows = [(3, 1), (2, 2.5f), (0.5f, 1), (4, 0)];
        var pooled = PreferenceMetrics.Pool([Evaluate(rows[..1]), Evaluate(rows[1..])]);
        pooled.Should().BeEquivalentTo(Evaluate(rows));
        FluentActions.Invoking(() => PreferenceMetrics.Pool([])).Should().Throw<ArgumentException>();
    }

    // Five rows: both right, only ours, only ours, only the baseline, neither.
    [Fact]
    public void TwoModelsOnTheSameRowsAreComparedRowByRow()
    {
        var ours = Evaluate([(1, 0), (1, 0), (2, 0), (0, 1), (0, 0)]);
        var baseline = Evaluate([(2, 0), (0, 1), (0, 0), (3, 0), (0, 1)]);
        var comparison = ours.CompareWith(baseline);
        (comparison.OnlyRight, comparison.OnlyBaselineRight).Should().Be((2, 1));
        comparison.Accuracy.Value.Should().BeApproximately(0.2, 1e-12);
        comparison.Margin.Value.Should().BeApproximately((-1 + 2 + 2 - 4 + 1) / 5.0, 1e-12);
        comparison.Margin.Count.Should().Be(5);
        comparison.AccuracyPValue.Should().Be(1);
        ours.CompareWith(ours).Margin.Should().Be(new IntervalEstimate(0, 5, 0, 0));
    }

    [Fact]
    public void PairedIntervalsAreSharperThanTwoIntervals()
    {
        var random = new Random(2);
        var baselineRows = Enumerable.Range(0, 40).Select(_ => ((float)random.NextDouble() * 10, (float)random.NextDouble() * 10)).ToArray();
        var baseline = Evaluate(baselineRows);
        var ours = Evaluate([.. baselineRows.Select(row => (row.Item1 + 0.5f, row.Item2))]);
        ours.Margin.Lower.Should().BeLessThan(baseline.Margin.Upper, "the two intervals overlap");
        var difference = ours.CompareWith(baseline).Margin;
        difference.Lower.Should().BeApproximately(0.5, 1e-6);
        difference.Upper.Should().BeApproximately(0.5, 1e-6);
    }

    [Fact]
    public void EvaluationsOfDifferentRowsAreNotCompared() =>
        FluentActions.Invoking(() => Evaluate([(1, 0)]).CompareWith(Evaluate([(1, 0), (1, 0)]))).Should().Throw<ArgumentException>().WithMessage("*1 pairs*2*same rows*");

    [Fact]
    public void WhatCannotBeEvaluatedIsNamed()
    {
        FluentActions.Invoking(() => Evaluate([(1, 0), (float.NaN, 0)])).Should().Throw<InvalidDataException>().WithMessage("*Row 2*'ChosenImplicitReward'*NaN*");
        FluentActions.Invoking(() => Evaluate([])).Should().Throw<InvalidDataException>().WithMessage("*no row*");
        var view = _context.Data.LoadFromEnumerable(new[] { new PairRow() });
        var align = _context.Alignment();
        FluentActions.Invoking(() => align.EvaluatePreferences(view)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*'ChosenImplicitReward' is missing*'Chosen'*");
        FluentActions.Invoking(() => align.EvaluatePreferences(view, "Chosen")).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*'Chosen'*expected Single, found String*");
    }

    [Fact]
    public void AWinRateCountsTiesByHalf()
    {
        var rows = new (float, float)[] { (1, 0), (2, 0), (1, 1), (0, 1) };
        var rate = _context.Alignment().EvaluateWinRate(View(rows), "ChosenImplicitReward", "RejectedImplicitReward");
        rate.Should().Be(new WinRateMetrics(2, 1, 1));
        rate.WinRate.Should().BeEquivalentTo(new { Value = 2.5 / 4, Count = 4L });
        rate.PValue.Should().Be(1);
        new WinRateMetrics(9, 3, 0).PValue.Should().BeApproximately(2 / 512.0, 1e-12);
    }

    private PreferenceMetrics Evaluate((float, float)[] rows) => _context.Alignment().EvaluatePreferences(View(rows));

    private IDataView View((float Chosen, float Rejected)[] rows) =>
        _context.Data.LoadFromEnumerable(rows.Select(row => new Scored { ChosenImplicitReward = row.Chosen, RejectedImplicitReward = row.Rejected }));

    private sealed class Scored
    {
        public float ChosenImplicitReward { get; set; }

        public float RejectedImplicitReward { get; set; }
    }
}
