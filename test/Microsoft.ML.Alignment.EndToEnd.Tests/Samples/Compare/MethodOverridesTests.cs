using FluentAssertions;
using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
using Samples.Compare;
using Samples.Terminal;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Compare;

public sealed class MethodOverridesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatIsSaidOfAMethodHoldsForItAlone()
    {
        var overrides = Written("""{"orpo": {"oddsRatioWeight": 0.3, "training": {"batchSize": 4}}}""");
        var start = new OrpoTrainer.Options { SftWeight = 2 };
        overrides.Apply("orpo", start).Should().Be(start with { OddsRatioWeight = 0.3, Training = start.Training with { BatchSize = 4 } });
        overrides.Apply("orpo-base", start).Should().BeSameAs(start);
    }

    [Fact]
    public void WithoutAFileNothingChanges()
    {
        var start = new SftTrainer.Options();
        MethodOverrides.Read(null).Apply("sft", start).Should().BeSameAs(start);
    }

    [Theory]
    [InlineData("""{"dop": {}}""", "*no method 'dop'*sft, dpo,*")]
    [InlineData("""[1]""", "*no object*")]
    [InlineData("""{""", "*options.json*")]
    public void AFileThatMakesNoSenseIsRefused(string json, string message) =>
        FluentActions.Invoking(() => Written(json)).Should().Throw<UsageException>().WithMessage(message);

    [Fact]
    public void AnOptionThatAMethodDoesNotHaveIsNamed()
    {
        var overrides = Written("""{"dpo": {"betta": 1}}""");
        FluentActions.Invoking(() => overrides.Apply("dpo", new DpoTrainer.Options())).Should().Throw<UsageException>().WithMessage("*dpo*betta*");
    }

    private MethodOverrides Written(string json)
    {
        File.WriteAllText(_folder["options.json"], json);
        return MethodOverrides.Read(_folder["options.json"]);
    }
}
