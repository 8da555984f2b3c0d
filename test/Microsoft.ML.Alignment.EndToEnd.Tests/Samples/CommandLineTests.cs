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
        CommandLine.Parse(["--seed", "3", "--model", "m.gguf", "--out", "o.zip", "--report", "r.json", "--data", "d.jsonl", "--options", "s.json"]).Should().Be(
            new RunCommand { Seed = 3, ModelPath = "m.gguf", OutPath = "o.zip", ReportPath = "r.json", DataPath = "d.jsonl", OptionsPath = "s.json" });

    [Fact]
    public void ResumingHasNoValue() =>
        CommandLine.Parse(["--workspace", "w", "--resume", "--seed", "2"]).Should().Be(new RunCommand { WorkspacePath = "w", Resume = true, Seed = 2 });

    [Fact]
    public void EverythingBehindTheFileIsAQuestion() =>
        CommandLine.Parse(["ask", "a.zip", "one?", "--two"]).Should().BeEquivalentTo(new AskCommand("a.zip", ["one?", "--two"]));

    [Fact]
    public void CompareTakesAllMethodsAndOneSeedUnlessTold()
    {
        var compare = (CompareCommand)CommandLine.Parse(["compare"]);
        compare.Should().BeEquivalentTo(new { ModelPath = (string?)null, ReportPath = (string?)null, Methods = (IReadOnlyList<string>?)null });
        compare.Seeds.Should().Equal(1);
        compare.ChartPath.Should().Be(Path.Combine("out", "compare.png"));
    }

    [Fact]
    public void CompareReadsItsOptions()
    {
        var compare = (CompareCommand)CommandLine.Parse(
            ["compare", "--seeds", "1, 2,7", "--methods", "dpo-sft,dpo", "--model", "m", "--chart", "c.png", "--report", "r.json"]);
        compare.Should().BeEquivalentTo(new { ModelPath = "m", ChartPath = "c.png", ReportPath = "r.json" });
        compare.Seeds.Should().Equal(1, 2, 7);
        compare.Methods.Should().Equal("dpo-sft", "dpo");
    }

    [Theory]
    [InlineData("'--speed'", "--speed", "2")]
    [InlineData("--seed needs a value", "--seed")]
    [InlineData("--out needs a value", "--out", "--seed")]
    [InlineData("'many'", "--seed", "many")]
    [InlineData("--data needs --model", "--data", "d.jsonl")]
    [InlineData("--resume needs --workspace", "--resume")]
    [InlineData("which file", "ask")]
    [InlineData("'--data'", "compare", "--data", "d.jsonl")]
    [InlineData("'two'", "compare", "--seeds", "1,two")]
    [InlineData("twice", "compare", "--seeds", "1,1")]
    [InlineData("no method 'dop'", "compare", "--methods", "dpo,dop")]
    public void NonsenseIsNamed(string named, params string[] args)
    {
        var parse = () => CommandLine.Parse(args);
        parse.Should().Throw<UsageException>().WithMessage($"*{named}*");
    }
}
