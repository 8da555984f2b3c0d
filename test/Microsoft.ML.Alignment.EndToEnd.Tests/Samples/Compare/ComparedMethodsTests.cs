using System.Text.Json.Nodes;
using FluentAssertions;
using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
using Samples;
using Samples.Compare;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Compare;

public sealed class ComparedMethodsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void KeysAndTitlesAreUnique()
    {
        ComparedMethods.All.Select(method => method.Key).Should().OnlyHaveUniqueItems().And.OnlyContain(key => !key.Contains(','));
        ComparedMethods.All.Select(method => method.Title).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void TheChallengeTrainsOnRowsOfItsOwn()
    {
        var (options, report) = (_folder["options.json"], _folder["compare.json"]);
        File.WriteAllText(options, """{"sft": {"training": {"maxSteps": 1}}, "challenge": {"training": {"maxSteps": 1}}}""");
        string[] args =
        [
            "compare", "--model", TestFiles.Stories, "--methods", "challenge", "--options", options, "--report", report, "--chart", _folder["compare.png"],
        ];
        SampleList.Run(args, CancellationToken.None).Should().Be(0);
        var row = JsonNode.Parse(File.ReadAllText(report))!["medians"]!.AsArray()[2]!;
        ((string?)row["method"]).Should().Be(Challenge.Method.Title);
        row["seconds"].Should().NotBeNull();
        row["pairsPerSecond"].Should().BeNull("it has rows of its own");
    }

    [Fact]
    public void MethodsThatWriteAnswersAreComparedOnAModelOfTheUsers()
    {
        var (options, report) = (_folder["options.json"], _folder["compare.json"]);
        File.WriteAllText(options, """
            {"sft": {"training": {"maxSteps": 1}}, "ppo": {"training": {"maxSteps": 4}, "maxCompletionTokens": 4},
             "rloo": {"training": {"maxSteps": 1}, "maxCompletionTokens": 4}, "grpo": {"training": {"maxSteps": 1}, "maxCompletionTokens": 4}}
            """);
        string[] args =
        [
            "compare", "--model", TestFiles.Stories, "--methods", "ppo,rloo,grpo", "--options", options, "--report", report, "--chart", _folder["compare.png"],
        ];
        SampleList.Run(args, CancellationToken.None).Should().Be(0);
        var medians = JsonNode.Parse(File.ReadAllText(report))!["medians"]!.AsArray();
        medians.Select(row => (string?)row!["method"]).Should().Equal(
            "base model", "SFT", "PPO, reward model of the pairs", "RLOO, rule as reward", "GRPO, rule as reward");
        medians.Skip(2).Should().OnlyContain(row => row!["seconds"] != null && row["pairsPerSecond"] == null, "they are given questions");
    }
}
