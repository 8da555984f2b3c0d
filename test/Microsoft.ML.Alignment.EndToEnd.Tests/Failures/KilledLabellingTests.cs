using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.ML.Alignment.Tests.Loopback;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Failures;

/// <summary>A labelling run that is killed again and again.</summary>
public sealed class KilledLabellingTests : IDisposable
{
    private const int Kills = 20;
    private const int RequestsOfARun = 2 * KillableLabelling.Rows;
    private static readonly TimeSpan Enough = TimeSpan.FromMinutes(2);

    private readonly Random _random = new(Environment.TickCount);
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _answers = [];
    private readonly LoopbackChatServer _server;

    public KilledLabellingTests() => _server = new(Answer);

    private string Journal => Directory.GetFiles(_folder["killed"], "journal.jsonl", SearchOption.AllDirectories).Single();

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task LabelsAreThoseOfAnUndisturbedRunAndNothingThatWasKeptIsAskedAgain()
    {
        KillableLabelling.Label(_server.Endpoint, _folder["undisturbed"], _folder["undisturbed.labels"]);
        _server.Requests.Should().HaveCount(RequestsOfARun);
        _answers.Clear();
        _server.Requests.Clear();

        for (var kill = 0; kill < Kills; kill++)
            KillAfter(1 + _random.Next((RequestsOfARun / Kills) - 1));
        using var last = Start();
        last.WaitForExit(Enough).Should().BeTrue();

        last.ExitCode.Should().Be(0, await last.StandardError.ReadToEndAsync());
        File.ReadAllLines(_folder["killed.labels"]).Should().HaveCount(KillableLabelling.Rows).And.OnlyContain(line => line.Contains("\"Chosen\":\"Yes"));
        File.ReadAllBytes(_folder["killed.labels"]).Should().Equal(File.ReadAllBytes(_folder["undisturbed.labels"]));
        _answers.Should().HaveCount(RequestsOfARun, "all was asked");
        _server.Requests.Count.Should().BeLessThanOrEqualTo(RequestsOfARun + (Kills * KillableLabelling.AtOnce), "only what was under way was asked again");
        RequireNothingKeptTwice();
    }

    // Some answers reach a process and do not survive it; those that it kept are in its journal, and none of them is asked for again.
    private void RequireNothingKeptTwice()
    {
        var journal = File.ReadAllText(Journal);
        foreach (var answers in _answers.Values)
            answers.Count(answer => journal.Contains(answer, StringComparison.Ordinal)).Should().Be(1, "each request has one answer that was kept, its last");
        foreach (var answers in _answers.Values)
            journal.Should().Contain(answers.Last());
    }

    private void KillAfter(int requests)
    {
        var begun = _server.Requests.Count;
        using var process = Start();
        while (_server.Requests.Count < begun + requests)
        {
            process.HasExited.Should().BeFalse("it has more to ask for than it is given time for");
            Thread.Yield();
        }

        Thread.SpinWait(_random.Next(300_000));
        process.Kill();
        process.WaitForExit();
        File.Exists(_folder["killed.labels"]).Should().BeFalse();
    }

    // Each answer has a number of its own, so that one sees in the journal which of them was kept.
    private LoopbackReply Answer(LoopbackRequest request)
    {
        var given = _answers.GetOrAdd(request.Key, _ => []);
        var firstIsYes = request.Key.IndexOf("Yes, ", StringComparison.Ordinal) < request.Key.IndexOf("No, ", StringComparison.Ordinal);
        var number = $"answer {Guid.NewGuid():N}";
        given.Enqueue(number);
        return LoopbackReply.Saying($$"""{"rationale": "it says yes", "verdict": "{{(firstIsYes ? "A" : "B")}}"}""", number);
    }

    private Process Start()
    {
        string[] arguments = [typeof(KilledLabellingTests).Assembly.Location, .. KillableLabelling.Arguments(_server.Endpoint, _folder["killed"], _folder["killed.labels"])];
        return Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardError = true })!;
    }
}
