using Microsoft.ML.Alignment.Training;

namespace Microsoft.ML.Alignment.Tests.Training;

public sealed class TrainingOptionsTests
{
    private static readonly TrainingDefaults Defaults = new(LearningRate: 3e-4, Epochs: 5);

    [Fact]
    public void WhatIsNotChosenComesFromTheMethod()
    {
        var training = new TrainingOptions().Resolve(Defaults, seed: 17);

        (training.LearningRate, training.Epochs, training.Seed, training.MicroBatchSize).Should().Be((3e-4, 5, 17, 8));
    }

    [Fact]
    public void WhatIsChosenStays()
    {
        var options = new TrainingOptions
        {
            LearningRate = 1e-3, Epochs = 2, Seed = 4, BatchSize = 6, MicroBatchSize = 2, Precision = Precision.BFloat16,
        };

        var training = options.Resolve(Defaults, seed: 17);

        (training.LearningRate, training.Epochs, training.Seed, training.BatchSize, training.MicroBatchSize, training.Precision)
            .Should().Be((1e-3, 2, 4, 6, 2, Precision.BFloat16));
    }

    [Fact]
    public void AMicroBatchIsNeverLargerThanTheBatch() =>
        new TrainingOptions { BatchSize = 3, MicroBatchSize = 10 }.Resolve(Defaults, 0).MicroBatchSize.Should().Be(3);

    [Theory]
    [InlineData(null, 20)]
    [InlineData(7, 7)]
    [InlineData(50, 50)]
    public void StepsAreThoseOfTheEpochsUnlessGiven(int? maxSteps, int expected) =>
        new TrainingOptions { MaxSteps = maxSteps }.Resolve(Defaults, 0).TotalSteps(stepsPerEpoch: 4).Should().Be(expected);

    [Fact]
    public void TheLineForTheLogHasWhatWasResolved()
    {
        var line = new TrainingOptions { WarmupRatio = 0.1, Schedule = LearningRateSchedule.Cosine }.Resolve(Defaults, 17).ToString();

        line.Should().Contain("learning rate 0.0003 (Cosine, warmup 0.1), 5 epochs, batch 8").And.Contain("seed 17").And.NotContain("\n");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1e-4)]
    [InlineData(double.NaN)]
    public void ALearningRateThatIsNotAboveZeroIsRefused(double value)
    {
        var assign = () => new TrainingOptions { LearningRate = value };

        assign.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*LearningRate*above 0*");
    }

    [Fact]
    public void AWarmupOfTheWholeRunIsRefused()
    {
        var assign = () => new TrainingOptions { WarmupRatio = 1 };

        assign.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*WarmupRatio is 1*[0, 1)*");
    }
}
