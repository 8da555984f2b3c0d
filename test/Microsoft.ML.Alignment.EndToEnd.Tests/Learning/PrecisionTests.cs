namespace Microsoft.ML.Alignment.EndToEnd.Tests.Learning;

public sealed class PrecisionTests
{
    /// <summary>
    /// bfloat16 keeps 8 bits, so a product is off by up to 2⁻⁹ = 0.2 %, at random. Master weights and losses are float32, so that errors do
    /// not add up over steps as they do where weights are rounded: two points of a curve may differ by more, its course may not.
    /// </summary>
    [Theory]
    [InlineData(true, 2e-3)]
    [InlineData(false, 1e-3)]
    public void BFloat16LearnsAsFloat32Does(bool lora, double learningRate)
    {
        var (exact, rounded) = (Losses(lora, learningRate, Precision.Float32), Losses(lora, learningRate, Precision.BFloat16));
        rounded.Should().NotEqual(exact, "the precision is used");
        exact[^1].Should().BeLessThan(exact[0] / 2, "the task is learned");
        var difference = exact.Zip(rounded, (e, r) => Math.Abs(e - r) / e).ToArray();
        difference.Max().Should().BeLessThan(0.03);
        difference.Average().Should().BeLessThan(0.01);
    }

    private static double[] Losses(bool lora, double learningRate, Precision precision)
    {
        using var folder = new TemporaryFolder();
        var (ml, progress) = (new MLContext(seed: 4), new ProgressList());
        var align = ml.Alignment(new() { Progress = progress });
        var training = new TrainingOptions { BatchSize = 16, MaxSteps = 30, LearningRate = learningRate, Precision = precision };
        using var fitted = align.BaseModel(StoriesModel.CopyTo(folder))
            .Append(align.Trainers.Sft(new() { Lora = lora ? new() { Rank = 8, Alpha = 16 } : null, Training = training }))
            .Fit(VerbTask.Sloppy(ml));
        return [.. progress.Reports.Select(report => report.Loss)];
    }
}
