using FluentAssertions;
using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
using Microsoft.ML.Alignment.Tests.Loopback;
using Samples;
using Samples.Compare.Chart;
using Samples.Rlaif;
using Samples.Terminal;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Constitutional;

/// <summary>The whole sample on a model that is too small to know a verb: who criticises, rewrites and judges is asked as it should be.</summary>
public sealed class ConstitutionStoryTests
{
    [Fact]
    public void AServerCriticisesRewritesAndJudgesByTheConstitution()
    {
        using var folder = new TemporaryFolder();
        var picture = Path.Combine(folder.Path, "constitution.png");
        using var server = new LoopbackChatServer(request => LoopbackReply.Saying(Answer(FencedQuestion.Read(request.Newest).Texts)));
        SampleList.Run(
            [
                "constitution", "--model", TestFiles.Stories, "--verbs", "heldout", "--steps", "2", "--chart", picture,
                "--endpoint", server.Endpoint.ToString(), "--judge-model", "judge-1",
            ],
            CancellationToken.None).Should().Be(0);
        var asked = server.Requests.Select(request => FencedQuestion.Read(request.Newest)).ToLookup(Kind);
        var principles = Constitution.IrregularVerbs.Principles;
        asked["critique"].Should().NotBeEmpty();
        asked["critique"].Should().OnlyContain(question => principles.Any(principle => principle.Critique == question.Asked));
        asked["revision"].Should().HaveSameCount(asked["critique"]);
        asked["revision"].Should().OnlyContain(question => principles.Any(principle => principle.Revision == question.Asked));
        asked["revision"].Should().OnlyContain(question => question.Texts["critique"] == "It is too long.");
        asked["comparison"].Should().NotBeEmpty();
        asked["comparison"].Should().OnlyContain(question => principles.Any(principle => principle.Comparison == question.Asked));
        File.Exists(picture).Should().Be(ChartFont.Name is not null, "a machine without fonts has no pictures");
    }

    [Theory]
    [InlineData("does not rewrite", "--judge", "human")]
    [InlineData("sample rlaif measures", "--wrong", "0.2")]
    public void WhatMakesNoSenseHereIsNamed(string named, params string[] args)
    {
        var run = () => SampleList.Run(["constitution", .. args], CancellationToken.None);
        run.Should().Throw<UsageException>().WithMessage($"*{named}*");
    }

    private static string Kind(FencedQuestion question) =>
        question.Texts.ContainsKey("critique") ? "revision" : question.Texts.ContainsKey("response") ? "critique" : "comparison";

    private static string Answer(IReadOnlyDictionary<string, string> texts) => texts switch
    {
        _ when texts.ContainsKey("critique") => "Yesterday they went.",
        _ when texts.ContainsKey("response") => "It is too long.",
        _ => $$"""{"rationale": "shorter", "verdict": "{{(texts["response A"].Length < texts["response B"].Length ? "A" : "B")}}"}""",
    };
}
