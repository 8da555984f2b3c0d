using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Training;

public sealed class StepMeterTests
{
    private static readonly StepSummary Summary = new(0.5, 1, new Dictionary<string, double> { ["kl"] = 2 });

    [Fact]
    public void SamplingAndTrainingAreMeasuredApart()
    {
        var sampled = new Sampled();
        var meter = new StepMeter("Grpo", firstStep: 0, totalSteps: 4, sampled);

        var first = meter.Measure(1, 0.1, new(300, TimeSpan.FromSeconds(2)), Summary);
        (sampled.SampledTokens, sampled.SamplingTime) = (240, TimeSpan.FromSeconds(4));
        var second = meter.Measure(2, 0.1, new(100, TimeSpan.FromSeconds(3)), Summary);

        (first.TrainedTokensPerSecond, first.SampledTokensPerSecond).Should().Be((150, 0));
        (second.TrainedTokensPerSecond, second.SampledTokensPerSecond).Should().Be((80, 60));
        second.Metrics.Should().Equal(new Dictionary<string, double> { ["kl"] = 2, ["sampling/tokens_per_second"] = 60, ["training/tokens_per_second"] = 80 });
        Summary.Metrics.Should().HaveCount(1, "what a checkpoint keeps has nothing of the clock");
    }

    [Fact]
    public void AMethodThatDoesNotSampleHasNoRateOfSampling()
    {
        var progress = new StepMeter("Dpo", 0, 4, sampled: null).Measure(1, 0.1, new(300, TimeSpan.FromSeconds(2)), Summary);

        (progress.TrainedTokensPerSecond, progress.SampledTokensPerSecond).Should().Be((150, null));
        progress.Metrics.Should().HaveCount(1);
    }

    private sealed class Sampled : ISampledSteps
    {
        public long SampledTokens { get; set; }

        public TimeSpan SamplingTime { get; set; }

        public IReadOnlyList<SampledText> Shown => [];
    }
}
