using System.Text.Json;
using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Training;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("sft-full", LearningRateSchedule.Linear)]
    [InlineData("sft-accumulation", LearningRateSchedule.Cosine)]
    [InlineData("reward-margin-centered", LearningRateSchedule.Linear)]
    public void RatesAreTheRecordedOnes(string run, LearningRateSchedule schedule)
    {
        using var golden = JsonDocument.Parse(Golden.Text($"trajectories/{run}/run.json"));
        var options = golden.RootElement.GetProperty("options");
        var steps = golden.RootElement.GetProperty("steps").EnumerateArray();
        double[] recorded = [.. steps.Select(step => step.GetProperty("learning_rate").GetDouble())];
        var warmup = options.GetProperty("warmup_steps").GetDouble() / recorded.Length;
        var training = Training(options.GetProperty("learning_rate").GetDouble(), warmup, schedule);

        for (var step = 0; step < recorded.Length; step++)
            Schedule.Rate(step, recorded.Length, training).Should().BeApproximately(recorded[step], 1e-15, "step {0}", step);
    }

    [Fact]
    public void WarmupRisesInALineFromZero()
    {
        var training = Training(0.4, warmup: 0.25, LearningRateSchedule.Constant);

        Enumerable.Range(0, 16).Select(step => Schedule.Rate(step, 16, training)).Should().Equal(
            0, 0.1, 0.2, 0.4 * 3 / 4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4);
    }

    [Fact]
    public void WithoutWarmupTheFirstRateIsThePeak() =>
        Enum.GetValues<LearningRateSchedule>().Should().AllSatisfy(schedule => Schedule.Rate(0, 10, Training(0.3, 0, schedule)).Should().Be(0.3));

    [Theory]
    [InlineData(LearningRateSchedule.Linear, 0.5)]
    [InlineData(LearningRateSchedule.Cosine, 0.5)]
    [InlineData(LearningRateSchedule.Constant, 1)]
    public void HalfWayTheShareOfThePeakIsKnown(LearningRateSchedule schedule, double share) =>
        Schedule.Rate(6, 10, Training(2, 0.2, schedule)).Should().BeApproximately(2 * share, 1e-15);

    [Fact]
    public void AShareThatIsAWholeNumberOfStepsIsNotRoundedUp() =>
        Schedule.Rate(7, 100, Training(1, 0.07, LearningRateSchedule.Linear))
            .Should().Be(1, "0.07 of 100 steps are 7, although the product is above 7 in floating point");

    private static ResolvedTraining Training(double peak, double warmup, LearningRateSchedule schedule) =>
        new TrainingOptions { LearningRate = peak, WarmupRatio = warmup, Schedule = schedule }.Resolve(new(1, 1), 0);
}
