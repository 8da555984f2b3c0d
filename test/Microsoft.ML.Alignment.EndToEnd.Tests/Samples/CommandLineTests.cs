using FluentAssertions;
using Samples;
using Samples.Compare;
using Samples.Story;
using Samples.Terminal;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class CommandLineTests
{
    [Fact]
    public void WithoutArgumentsTheOfflineStoryRuns() =>
        RunCommand.Parse([]).Should().Be(new RunCommand { ModelPath = null, DataPath = null, ReportPath = null, Seed = 1 });

    [Fact]
    public void OptionsComeInAnyOrder() =>
        RunCommand.Parse(["--seed", "3", "--model", "m.gguf", "--out", "o.zip", "--report", "r.json", "--data", "d.jsonl", "--options", "s.json"]).Should().Be(
            new RunCommand { Seed = 3, ModelPath = "m.gguf", OutPath = "o.zip", ReportPath = "r.json", DataPath = "d.jsonl", OptionsPath = "s.json" });

    [Fact]
    public void ResumingHasNoValue() =>
        RunCommand.Parse(["--workspace", "w", "--resume", "--seed", "2"]).Should().Be(new RunCommand { WorkspacePath = "w", Resume = true, Seed = 2 });

    [Fact]
    public void ASampleTakesAModelAndASeed() =>
        LessonCommand.Parse(["--seed", "3", "--model", "m"]).Should().Be(new LessonCommand { ModelPath = "m", Seed = 3 });

    [Fact]
    public void ASampleMayBeCutShort() =>
        LessonCommand.Parse(["--steps", "2", "--verbs", "heldout"]).Should().Be(new LessonCommand { Steps = 2, HeldOut = true });

    [Fact]
    public void NamesOfSamplesAreUnique()
    {
        SampleList.All.Select(sample => sample.Name).Should().OnlyHaveUniqueItems().And.OnlyContain(name => !name.StartsWith('-') && !name.Contains(' '));
        SampleList.All.Should().Contain(sample => sample.Name == "dpo");
    }

    [Fact]
    public void CompareTakesAllMethodsOneSeedAndTheTestVerbsUnlessTold()
    {
        var compare = CompareCommand.Parse([]);
        compare.Should().BeEquivalentTo(new { ModelPath = (string?)null, ReportPath = (string?)null, Methods = (IReadOnlyList<string>?)null, HeldOut = false });
        compare.Seeds.Should().Equal(1);
        compare.ChartPath.Should().Be(Path.Combine("out", "compare.png"));
    }

    [Fact]
    public void CompareReadsItsOptions()
    {
        var compare = CompareCommand.Parse(
            ["--seeds", "1, 2,7", "--methods", "dpo-sft,dpo", "--model", "m", "--chart", "c.png", "--report", "r.json", "--verbs", "heldout", "--options", "o.json"]);
        compare.Should().BeEquivalentTo(new { ModelPath = "m", ChartPath = "c.png", ReportPath = "r.json", HeldOut = true, OptionsPath = "o.json" });
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
    [InlineData("no sample 'dop'", "dop")]
    [InlineData("'--data'", "dpo", "--data", "d.jsonl")]
    [InlineData("'0' is none", "rlhf", "--steps", "0")]
    [InlineData("which file", "ask")]
    [InlineData("no file 'nowhere.zip'", "ask", "nowhere.zip", "one?")]
    [InlineData("which file", "serve")]
    [InlineData("which model", "export", "--type", "F16")]
    [InlineData("'Q9' is none of F32, F16", "export", "m.zip", "--type", "Q9")]
    [InlineData("no file 'nowhere.zip'", "export", "nowhere.zip")]
    [InlineData("with which model", "chat")]
    [InlineData("nothing at 'nowhere'", "inspect", "nowhere")]
    [InlineData("'--data'", "compare", "--data", "d.jsonl")]
    [InlineData("'two'", "compare", "--seeds", "1,two")]
    [InlineData("twice", "compare", "--seeds", "1,1")]
    [InlineData("no method 'dop'", "compare", "--methods", "dpo,dop")]
    [InlineData("'dev' is neither", "compare", "--verbs", "dev")]
    [InlineData("nowhere.json", "compare", "--options", "nowhere.json")]
    public void NonsenseIsNamedInOneSentenceOrTwo(string named, params string[] args)
    {
        var run = () => SampleList.Run(args, CancellationToken.None);
        run.Should().Throw<UsageException>().WithMessage($"*{named}*").Which.Message.Should().NotContain("\n");
    }
}
