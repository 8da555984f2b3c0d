using FluentAssertions;
using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
using Microsoft.ML.Alignment.Tests.Loopback;
using Samples;
using Samples.Rlaif;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Rlaif;

/// <summary>The whole sample on a model that is too small to know a verb: who judges is asked, and the model learns what he likes.</summary>
public sealed class RlaifRunTests
{
    [Fact]
    public void AServerIsAskedInBothOrdersByTheConstitution()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackChatServer(
            request => LoopbackReply.Saying($$"""{"rationale": "shorter", "verdict": "{{Shorter(request.Newest)}}"}"""));
        var run = SampleList.Run(
            [
                "rlaif", "--model", TestFiles.Stories, "--verbs", "heldout", "--chart", Path.Combine(folder.Path, "rlaif.png"),
                "--endpoint", server.Endpoint.ToString(), "--judge-model", "judge-1",
            ],
            CancellationToken.None);
        run.Should().Be(0);
        var asked = server.Requests.Select(request => request.Newest).ToList();
        asked.Should().HaveCountGreaterThan(200);
        asked.Select(text => FencedQuestion.Read(text).Asked).Should().BeSubsetOf(Constitution.IrregularVerbs.Principles.Select(principle => principle.Comparison));
        File.Exists(Path.Combine(folder.Path, "rlaif.png")).Should().BeTrue();
    }

    private static string Shorter(string asked)
    {
        var texts = FencedQuestion.Read(asked).Texts;
        return texts["response A"].Length.CompareTo(texts["response B"].Length) switch { < 0 => "A", > 0 => "B", _ => "tie" };
    }
}
