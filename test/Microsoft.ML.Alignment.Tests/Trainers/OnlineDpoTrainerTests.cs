namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class OnlineDpoTrainerTests
{
    private static OnlineDpoTrainer.Options Longer => OnPolicyRun.OnlineDpo with
    {
        MiniBatches = 1,
        Passes = 1,
        MaxCompletionTokens = 12,
        Training = OnPolicyRun.OnlineDpo.Training with { MaxSteps = 8, BatchSize = 16, LearningRate = 2e-2, Schedule = LearningRateSchedule.Constant },
    };

    [Fact]
    public void ThePolicyComesToWriteWhatIsRewarded()
    {
        var steps = OnPolicyRun.Run(Longer).Steps;

        steps.TakeLast(2).Average(step => step["reward"]).Should().BeGreaterThan(steps.Take(2).Average(step => step["reward"]) + 0.1);
    }

    [Fact]
    public void TheFittedPolicyTellsImplicitRewards()
    {
        using var fitted = OnPolicyRun.Fit(OnPolicyRun.OnlineDpo with { Loss = new PairLoss.IpoSummed() });

        var schema = fitted.Transform(AlignedChain.ViewOfPairs(new(seed: 5))).Schema;
        schema.GetColumnOrNull("ImplicitRewardMargin").Should().NotBeNull();
        fitted.LastTransformer.Model.AdapterNames.Should().Equal("onlinedpo");
    }
}
