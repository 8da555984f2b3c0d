using FluentAssertions;
using Samples;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

using CommandLine = global::Samples.CommandLine;

public sealed class CommandLineTests
{
    [Fact]
    public void WithoutArgumentsTheOfflineStoryRuns() =>
        CommandLine.Parse([]).Should().Be(new RunCommand { ModelPath = null, DataPath = null, ReportPath = null, Seed = 1 });

    [Fact]
    public void OptionsComeInAnyOrder() =>
        CommandLine.Parse(["--seed", "3", "--model", "m.gguf", "--out", "o.zip", "--report", "r.json", "--data", "d.jsonl"]).Should().Be(
            new RunCommand { Seed = 3, ModelPath = "m.gguf", OutPath = "o.zip", ReportPath = "r.json", DataPath = "d.jsonl" });

    [Fact]
    public void EverythingBehindTheFileIsAQuestion() =>
        CommandLine.Parse(["ask", "a.zip", "one?", "--two"]).Should().BeEquivalentTo(new AskCommand("a.zip", ["one?", "--two"]));

    [Theory]
    [InlineData("'--speed'", "--speed", "2")]
    [InlineData("--seed needs a value", "--seed")]
    [InlineData("--out needs a value", "--out", "--seed")]
    [InlineData("'many'", "--seed", "many")]
    [InlineData("--data needs --model", "--data", "d.jsonl")]
    [InlineData("which file", "ask")]
    public void NonsenseIsNamed(string named, params string[] args)
    {
        var parse = () => CommandLine.Parse(args);
        parse.Should().Throw<UsageException>().WithMessage($"*{named}*");
    }
}
