namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class StageSummaryTests
{
    // The base has 260,032 parameters. An adapter of rank r adds r (in + out) to each linear layer: five layers with queries and outputs
    // 64 x 64, keys and values 64 x 32, gate, up and down 64 x 172 add 5 r (2 · 128 + 2 · 96 + 3 · 236) = 5780 r.
    private const int BaseParameters = 260_032;
    private const int OfRank1 = 5780;

    [Fact]
    public void EachStageTellsItsDataAndSizeBeforeItsFirstStep()
    {
        var told = new List<TrainingSummary>();
        var stepsBefore = new List<int>();
        var progress = new ProgressList();
        var ml = new MLContext(7);
        var align = ml.Alignment(new()
        {
            Progress = progress,
            Summary = new Told(summary =>
            {
                told.Add(summary);
                stepsBefore.Add(progress.Reports.Count);
            }),
        });
        PairRow[] rows = [.. AlignedChain.Rows, AlignedChain.Rows[0], new() { Prompt = "One day", Chosen = "", Rejected = " goed." }];
        var skipping = new TrainingOptions { MaxSteps = 1, BatchSize = 3, InvalidRows = InvalidRows.Skip };
        using var fitted = align.BaseModel(Golden.Shared(StoriesModel.Folder))
            .Append(align.Trainers.Sft(new() { Training = skipping, Lora = new() { Rank = 2 } }))
            .Append(align.Trainers.RewardModel(new() { Training = skipping, Lora = new() { Rank = 3 } }))
            .Append(align.Trainers.Dpo(new() { Training = skipping }))
            .Fit(ml.Data.LoadFromEnumerable(rows));

        told.Select(summary => summary.Stage).Should().Equal("Sft", "RewardModel", "Dpo");
        stepsBefore.Should().Equal(0, 1, 2);
        told.Should().OnlyContain(summary => summary.Data.Rows == 7 && summary.Data.Used == 6 && summary.Data.Duplicates == 1);
        told.Should().OnlyContain(summary => summary.Data.Skipped["empty completion"] == 1);
        told.Select(summary => summary.TrainableParameters).Should().Equal(2 * OfRank1, (3 * OfRank1) + 64, BaseParameters);
        told.Select(summary => summary.TotalParameters)
            .Should().Equal(BaseParameters + (2 * OfRank1), BaseParameters + (5 * OfRank1) + 64, BaseParameters);
        told[0].TrainableShare.Should().BeApproximately(11560.0 / 271592, 1e-12);
        told[0].Options.Should().Contain("learning rate 0.0002").And.Contain("batch 3").And.Contain("invalid rows Skip").And.MatchRegex("\"[Rr]ank\":2");

        // 12 bytes for each parameter that trains; weights of 4 bytes, with the policy that came in where a copy of all trains.
        told.Select(summary => summary.Memory.OptimizerState).Should().Equal(told.Select(summary => 12 * summary.TrainableParameters));
        told[0].Memory.Weights.Should().Be(4 * (BaseParameters + (2 * OfRank1)));
        told[2].Memory.Weights.Should().Be(4 * ((2 * BaseParameters) + (2 * OfRank1)));
        told[2].Memory.Total.Should().Be(told[2].Memory.Weights + told[2].Memory.OptimizerState + told[2].Memory.Activations);
    }

    [Fact]
    public void WithoutAReferenceTheIncomingWeightsAreNotCounted()
    {
        TrainingSummary? told = null;
        var ml = new MLContext(7);
        var align = ml.Alignment(new() { Summary = new Told(summary => told = summary) });
        using var fitted = align.BaseModel(Golden.Shared(StoriesModel.Folder))
            .Append(align.Trainers.Sft(new() { Training = new() { MaxSteps = 1, BatchSize = 2, Precision = Precision.BFloat16 } }))
            .Fit(ml.Data.LoadFromEnumerable(AlignedChain.Rows));
        told!.Memory.Weights.Should().Be((4 + 2) * BaseParameters);
    }

    [Theory]
    [InlineData(2e-5, 3, true, true)]
    [InlineData(2e-4, 3, true, false)]
    [InlineData(1e-6, 3, false, true)]
    [InlineData(2e-5, 3, false, false)]
    public void ARunThatCannotLearnIsRemarkedOn(double rate, int steps, bool lora, bool isTooShort)
    {
        TrainingSummary? told = null;
        var ml = new MLContext(7);
        var align = ml.Alignment(new() { Summary = new Told(summary => told = summary) });
        using var fitted = align.BaseModel(Golden.Shared(StoriesModel.Folder))
            .Append(align.Trainers.Sft(new()
            {
                Training = new() { MaxSteps = steps, BatchSize = 2, LearningRate = rate }, Lora = lora ? new() { Rank = 2 } : null,
            }))
            .Fit(ml.Data.LoadFromEnumerable(AlignedChain.Rows));

        // In a line to 0, one step behind the last: rate (1 + 2/3 + 1/3).
        told!.Steps.Should().Be(steps);
        told.Reach.Should().BeApproximately(2 * rate, 1e-12);
        told.IsTooShort.Should().Be(isTooShort);
        told.ToString().Contains("hardly change", StringComparison.Ordinal).Should().Be(isTooShort);
    }

    [Fact]
    public void TheLogHasTheSummary()
    {
        var lines = new List<string>();
        var ml = new MLContext(7);
        ml.Log += (_, message) => lines.Add(message.Message);
        var align = ml.Alignment();
        using var fitted = align.BaseModel(Golden.Shared(StoriesModel.Folder))
            .Append(align.Trainers.Dpo(new() { Training = new() { MaxSteps = 1, BatchSize = 2 }, Lora = new() { Rank = 1 } }))
            .Fit(ml.Data.LoadFromEnumerable(AlignedChain.Rows));
        lines.Should().Contain(line => line.Contains("Rows: 5 of 5 used."))
            .And.Contain(line => line.Contains("Trains 5780 of 265812 parameters (2.17 %)."))
            .And.Contain(line => line.Contains("Memory: ") && line.Contains("MiB"));
    }

    private sealed class Told(Action<TrainingSummary> tell) : IProgress<TrainingSummary>
    {
        public void Report(TrainingSummary value) => tell(value);
    }
}
