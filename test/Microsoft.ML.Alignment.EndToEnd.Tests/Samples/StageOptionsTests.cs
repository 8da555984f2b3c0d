using FluentAssertions;
using Samples.Story;
using Samples.Terminal;
using Samples.Verbs;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class StageOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StageOptions _options = VerbPipeline.Options(DrillSettings.ForTinyModel(seed: 4));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFileOverridesWhatItNames()
    {
        var overridden = _options.Overridden(Written("""{"dpo": {"beta": 0.7, "training": {"learningRate": 1e-5}}, "sft": {"lora": {"rank": 2}}}"""));
        overridden.Should().Be(_options with
        {
            Sft = _options.Sft with { Lora = _options.Sft.Lora! with { Rank = 2 } },
            Dpo = _options.Dpo with { Beta = 0.7, Training = _options.Dpo.Training with { LearningRate = 1e-5 } },
        });
    }

    [Fact]
    public void WithoutAFileNothingChanges() => _options.Overridden(null).Should().BeSameAs(_options);

    [Theory]
    [InlineData("""{"ppo": {}}""", "*'ppo'*known are dpo, rewardModel, sft*")]
    [InlineData("""{"dpo": {"betta": 1}}""", "*'betta' at $.dpo*beta*")]
    [InlineData("""{"dpo": {"beta": -1}}""", "*Beta is -1*")]
    public void WhatIsNoOptionIsNamedWithTheFile(string json, string message)
    {
        var path = Written(json);
        var read = () => _options.Overridden(path);
        read.Should().Throw<UsageException>().WithMessage(message).WithMessage($"--options {path}*");
    }

    [Fact]
    public void AFileThatIsNotThereIsNamed() =>
        FluentActions.Invoking(() => _options.Overridden("nowhere.json")).Should().Throw<UsageException>().WithMessage("*nowhere.json*");

    private string Written(string json)
    {
        var path = Path.Combine(_folder.Path, "options.json");
        File.WriteAllText(path, json);
        return path;
    }
}
