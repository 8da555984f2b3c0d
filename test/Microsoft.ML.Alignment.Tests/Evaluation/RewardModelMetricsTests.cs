namespace Microsoft.ML.Alignment.Tests.Evaluation;

public sealed class RewardModelMetricsTests
{
    private static readonly double Log3 = Math.Log(3); // σ(ln 3) = 3/4

    [Fact]
    public void AModelThatIsRightAsOftenAsItSaysIsCalibrated() =>
        Evaluate([Log3, Log3, -Log3, Log3], [1, 1, 1, 1]).CalibrationError.Value.Should().BeApproximately(0, 1e-7, "scores are single");

    // Bin of 3/4: four rows, all right, error 1/4. Bin of 1/2: two ties, right by half. (4 · 1/4 + 2 · 0) / 6.
    [Fact]
    public void TheErrorIsTheMeanDistanceOfConfidenceAndAccuracyOverTheBins()
    {
        var error = Evaluate([Log3, Log3, Log3, Log3, 0, 0], [1, 1, 1, 1, 1, 1]).CalibrationError;
        error.Value.Should().BeApproximately(1 / 6.0, 1e-7);
        error.Count.Should().Be(6);
        error.Lower.Should().BeInRange(0, 0.1667);
        error.Upper.Should().BeInRange(0.1666, 0.2501);
    }

    [Fact]
    public void ACertainModelThatIsRightHalfTheTimeIsWrongByHalf() =>
        Evaluate([50, -50], [1, 1]).CalibrationError.Value.Should().BeApproximately(0.5, 1e-12);

    [Fact]
    public void LengthCorrelationIsPearsonsOverCompletionsLessTheMeanOfTheirPair()
    {
        double[] margins = [0.5, -1, 2, 0.25, 1.5];
        int[] lengths = [3, 1, 8, -4, 5];
        var points = margins.Zip(lengths).SelectMany(pair => new (double X, double Y)[] { (pair.First / 2, pair.Second / 2.0), (-pair.First / 2, -pair.Second / 2.0) }).ToArray();
        var (meanX, meanY) = (points.Average(p => p.X), points.Average(p => p.Y));
        var expected = points.Sum(p => (p.X - meanX) * (p.Y - meanY))
            / Math.Sqrt(points.Sum(p => Math.Pow(p.X - meanX, 2)) * points.Sum(p => Math.Pow(p.Y - meanY, 2)));
        Evaluate(margins, lengths).LengthCorrelation.Value.Should().BeApproximately(expected, 1e-6);
    }

    [Fact]
    public void AModelThatRewardsLengthAloneIsFound()
    {
        int[] lengths = [3, 1, 8, -4, 5];
        var correlation = Evaluate([.. lengths.Select(length => 0.25 * length)], lengths).LengthCorrelation;
        correlation.Value.Should().BeApproximately(1, 1e-12);
        correlation.Lower.Should().BeApproximately(1, 1e-12);
    }

    [Fact]
    public void PairsOfEqualLengthTellNothingOfLength()
    {
        var correlation = Evaluate([1, 2], [0, 0]).LengthCorrelation;
        correlation.Value.Should().Be(double.NaN);
        correlation.Lower.Should().Be(double.NegativeInfinity);
    }

    [Fact]
    public void ItIsAlsoAnEvaluationOfPreferences()
    {
        var metrics = Evaluate([1, -1, 2], [1, 2, 3]);
        metrics.Accuracy.Value.Should().BeApproximately(2 / 3.0, 1e-12);
        metrics.Margin.Value.Should().BeApproximately(2 / 3.0, 1e-6);
    }

    // A chosen text of 20 characters, and a rejected one shorter by the difference.
    private static RewardModelMetrics Evaluate(double[] margins, int[] lengthDifferences)
    {
        var context = new MLContext();
        return context.Alignment().EvaluateRewardModel(context.Data.LoadFromEnumerable(margins.Zip(lengthDifferences, (margin, length) => new Scored
        {
            Chosen = new string('c', 20), Rejected = new string('r', 20 - length), ChosenReward = (float)margin, RejectedReward = 0,
        })));
    }

    private sealed class Scored
    {
        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";

        public float ChosenReward { get; set; }

        public float RejectedReward { get; set; }
    }
}
