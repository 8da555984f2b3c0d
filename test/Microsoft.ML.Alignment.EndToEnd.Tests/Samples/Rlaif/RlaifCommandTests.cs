using FluentAssertions;
using Samples;
using Samples.Rlaif;
using Samples.Terminal;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Rlaif;

public sealed class RlaifCommandTests
{
    [Fact]
    public void RulesJudgeByTheShippedConstitutionUnlessTold() =>
        RlaifCommand.Parse([]).Should().Be(new RlaifCommand()).And.BeEquivalentTo(new { UsesRules = true, Wrong = 0.0, Inverted = false });

    [Fact]
    public void AServerAFileOrAPersonJudges()
    {
        RlaifCommand.Parse(["--endpoint", "http://localhost:11434/v1", "--judge-model", "llama", "--key-variable", "KEY"]).Should().BeEquivalentTo(
            new { Endpoint = new Uri("http://localhost:11434/v1"), JudgeModel = "llama", KeyVariable = "KEY", UsesRules = false });
        RlaifCommand.Parse(["--seed", "2", "--judge", "gguf", "m.gguf", "--model", "m"]).Should().BeEquivalentTo(
            new { GgufPath = "m.gguf", UsesRules = false, Lesson = new LessonCommand { Seed = 2, ModelPath = "m" } });
        RlaifCommand.Parse(["--judge", "human"]).Should().BeEquivalentTo(
            new { AsksPerson = true, UsesRules = false, WorkspacePath = Path.Combine("out", "rlaif-human") });
    }

    [Fact]
    public void SeedsRunTheJudgeWithMistakesAndTurnedRoundToo()
    {
        var command = RlaifCommand.Parse(["--seeds", "1,2"]);
        RlaifArm.Of(command).Select(arm => (arm.Name, arm.Command.Wrong, arm.Command.Inverted)).Should().Equal(
            ("the judge", 0, false), ("20 % wrong", 0.2, false), ("turned round", 0, true));
        RlaifArm.Of(RlaifCommand.Parse(["--seeds", "1,2", "--inverted"])).Should().ContainSingle().Which.Command.Inverted.Should().BeTrue();
        RlaifArm.Of(RlaifCommand.Parse(["--wrong", "0.1"])).Should().ContainSingle().Which.Command.Wrong.Should().Be(0.1);
    }

    [Theory]
    [InlineData("none of them", "--judge", "dog")]
    [InlineData("needs a file", "--judge", "gguf")]
    [InlineData("go together", "--endpoint", "http://localhost/v1")]
    [InlineData("go together", "--judge-model", "m")]
    [InlineData("two judges", "--judge", "human", "--endpoint", "http://localhost/v1", "--judge-model", "m")]
    [InlineData("'localhost' is none", "--endpoint", "localhost", "--judge-model", "m")]
    [InlineData("'1.5' is none", "--wrong", "1.5")]
    [InlineData("give one", "--inverted", "--constitution", "c.json")]
    [InlineData("asked once", "--seeds", "1,2", "--judge", "human")]
    [InlineData("keeps one run", "--seeds", "1,2", "--workspace", "w")]
    [InlineData("'--speed'", "--speed", "1")]
    public void NonsenseIsNamed(string named, params string[] args)
    {
        var parse = () => RlaifCommand.Parse(args);
        parse.Should().Throw<UsageException>().WithMessage($"*{named}*");
    }

    [Theory]
    [InlineData("nowhere.gguf", "--judge", "gguf", "nowhere.gguf")]
    [InlineData("nowhere.json", "--constitution", "nowhere.json")]
    public void AFileThatIsNotThereIsNamed(string named, params string[] args)
    {
        var open = () => ChosenJudge.Open(RlaifCommand.Parse(args), seed: 1);
        open.Should().Throw<UsageException>().WithMessage($"*{named}*");
    }
}
