namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class IpoTrainerTests
{
    private readonly MLContext _context = new(seed: 7);

    // The policy begins as its reference, so that the margin is 0 and IPO's loss (0 − 1/(2τ))², 6.25 nats².
    [Theory]
    [InlineData(IpoTrainer.LogRatio.Summed)]
    [InlineData(IpoTrainer.LogRatio.PerToken)]
    public void TheSupervisedTermIsAddedToTheLossAndTrained(IpoTrainer.LogRatio ratio)
    {
        var alone = Fit(new() { Tau = 0.2, Ratio = ratio });
        var beside = Fit(new() { Tau = 0.2, Ratio = ratio, SftWeight = 40 });

        alone[0].Loss.Should().BeApproximately(6.25, 1e-4);
        beside[0].Loss.Should().BeApproximately(6.25 + (40 * beside[0].Metrics["nll_loss"]), 1e-3);
        beside[^1].Metrics["nll_loss"].Should().BeLessThan(beside[0].Metrics["nll_loss"]).And.BeLessThan(alone[^1].Metrics["nll_loss"]);
    }

    private List<TrainingProgress> Fit(IpoTrainer.Options options)
    {
        var progress = new ProgressList();
        var align = _context.Alignment(new AlignmentRun { Progress = progress });
        var training = new TrainingOptions { MaxSteps = 8, BatchSize = 5, LearningRate = 5e-3, Shuffle = false };
        using var fitted = align.BaseModel(AlignedChain.BasePath)
            .Append(align.Trainers.Ipo(options with { Lora = new() { Rank = 3, Alpha = 6 }, Training = training }))
            .Fit(AlignedChain.ViewOfPairs(_context));
        return progress.Reports;
    }
}
