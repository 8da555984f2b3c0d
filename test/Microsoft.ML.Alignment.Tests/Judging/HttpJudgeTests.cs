using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Tests.Loopback;

namespace Microsoft.ML.Alignment.Tests.Judging;

/// <summary>A judge behind HTTP, which fails in all the ways that HTTP has.</summary>
public sealed class HttpJudgeTests
{
    private const string Late = "no answer in time";

    private static readonly PreferenceQuestion Question = new("What is the past tense of go?", "went", "goed");

    public static TheoryData<string> Troubles => [.. Trouble.Keys];

    private static Dictionary<string, LoopbackReply> Trouble { get; } = new()
    {
        ["too many requests"] = LoopbackReply.Error(429, "slow down", "Retry-After: 1"),
        ["server error"] = LoopbackReply.Error(500, "it broke"),
        ["unavailable, as a page"] = new(503, "<html>the proxy has no upstream</html>"),
        [Late] = new(200, "") { Hangs = true },
        ["cut in its body"] = LoopbackReply.Saying(ScriptedClient.Json("A")) with { CutAfter = 40 },
        ["cut before its body"] = LoopbackReply.Saying(ScriptedClient.Json("A")) with { CutAfter = 0 },
        ["no choices"] = new(200, LoopbackReply.Answer("")),
        ["choices that are null"] = new(200, """{"id": "1", "object": "chat.completion", "created": 1, "model": "judge-1", "choices": null}"""),
        ["no JSON"] = new(200, "<html>welcome to the hotel's network</html>"),
        ["half of the JSON"] = new(200, LoopbackReply.Answer("")[..60]),
        ["nothing"] = new(200, ""),
        ["words without sense"] = LoopbackReply.Saying("I would rather not say."),
        ["no words"] = LoopbackReply.Saying(""),
    };

    [Fact]
    public async Task AVerdictIsAskedForAndComesBack()
    {
        using var server = new LoopbackChatServer(request => LoopbackReply.Saying(Verdict(request)));
        using var session = new FeedbackSession();

        var verdict = await new ChatJudge(LoopbackClient.Of(server.Endpoint), new() { Seed = 5, MaxOutputTokens = 77 }).CompareAsync(Question, session);

        (verdict.FirstProbability, verdict.Model, verdict.Usage).Should().Be((1.0, "judge-1", new FeedbackUsage(2, 22, 14)));
        server.Requests.Should().HaveCount(2, "both orders");
        var asked = server.Requests.First();
        asked.Path.Should().Be("/v1/chat/completions");
        asked.Body.GetProperty("model").GetString().Should().Be("judge-1");
        asked.Body.GetProperty("seed").GetInt64().Should().Be(5);
        asked.Body.GetProperty("temperature").GetDouble().Should().Be(0);
        asked.Body.GetProperty("response_format").GetProperty("type").GetString().Should().Be("json_schema");
    }

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task TroubleIsTriedAgainAndAnsweredOnce(string trouble)
    {
        var begun = 0;
        using var server = new LoopbackChatServer(request =>
            Interlocked.Increment(ref begun) == 1 ? Trouble[trouble] : LoopbackReply.Saying(Verdict(request)));
        using var session = new FeedbackSession(new() { MaxConcurrency = 1, MaxRetries = 20 }, null, new QuickClock());
        var judge = new ChatJudge(ClientOf(server, trouble));

        var verdict = await judge.CompareAsync(Question, session);

        verdict.FirstProbability.Should().Be(1, verdict.AbstentionReason);
        if (trouble != Late)
            server.Requests.Should().HaveCount(3, "the first of two orders was asked twice");
    }

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task TroubleThatDoesNotEndIsAnAbstentionWithItsReasonAndThenTheEnd(string trouble)
    {
        using var server = new LoopbackChatServer(_ => Trouble[trouble]);
        using var session = new FeedbackSession(new() { MaxConcurrency = 1, MaxRetries = 1, MaxFailuresInARow = 3 }, null, new QuickClock());
        var judge = new ChatJudge(ClientOf(server, trouble), new() { BothOrders = false, MaxRetries = 1 });

        var verdict = await judge.CompareAsync(Question, session);

        verdict.FirstProbability.Should().BeNull("nothing is guessed");
        verdict.AbstentionReason.Should().NotBeNullOrWhiteSpace();
        if (trouble != Late)
            server.Requests.Should().HaveCount(2);
        if (!trouble.Contains("words", StringComparison.Ordinal))
        {
            await judge.CompareAsync(Question with { First = "gone" }, session);
            await judge.Awaiting(j => j.CompareAsync(Question with { First = "goes" }, session)).Should().ThrowAsync<FeedbackFailedException>().WithMessage("3 requests in a row failed*");
        }
    }

    [Fact]
    public async Task TheClientWaitsAsLongAsItIsTold()
    {
        var begun = 0;
        using var server = new LoopbackChatServer(request =>
            Interlocked.Increment(ref begun) == 1 ? Trouble["too many requests"] : LoopbackReply.Saying(Verdict(request)));
        using var session = new FeedbackSession(new() { MaxRetries = 0 });

        var verdict = await new ChatJudge(LoopbackClient.Of(server.Endpoint, retries: 1), new() { BothOrders = false }).CompareAsync(Question, session);

        verdict.FirstProbability.Should().Be(1);
        var times = server.Requests.Select(request => request.Time).ToArray();
        (times[1] - times[0]).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(0.99), "Retry-After was 1 second");
    }

    [Fact]
    public async Task AServerThatRefusesSchemasIsAskedInWords()
    {
        using var server = new LoopbackChatServer(request => request.Body.TryGetProperty("response_format", out _)
            ? LoopbackReply.Error(400, "response_format json_schema is not supported")
            : LoopbackReply.Saying(Verdict(request)));
        using var session = new FeedbackSession(new() { MaxConcurrency = 1 }, null, new QuickClock());

        var verdict = await new ChatJudge(LoopbackClient.Of(server.Endpoint), new() { BothOrders = false }).CompareAsync(Question, session);

        verdict.FirstProbability.Should().Be(1, verdict.AbstentionReason);
        server.Requests.Should().HaveCount(2, "what is refused is not sent again as it was");
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task WhatIsRefusedForGoodIsNotSentAgain(int status)
    {
        using var server = new LoopbackChatServer(_ => LoopbackReply.Error(status, "no such key"));
        using var session = new FeedbackSession(new() { MaxConcurrency = 1, MaxRetries = 5, MaxFailuresInARow = 2 }, null, new QuickClock());
        var judge = new ChatJudge(LoopbackClient.Of(server.Endpoint), new() { BothOrders = false });

        (await judge.CompareAsync(Question, session)).AbstentionReason.Should().Contain($"{status}");
        await judge.Awaiting(j => j.CompareAsync(Question.Swap(), session)).Should().ThrowAsync<FeedbackFailedException>();

        server.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task AQuestionThatAModelOfOursCannotReadIsAnAbstentionAndStopsNothing()
    {
        using var model = ChainModel.Of([ChainModel.Start, "[x]"]); // has 200 positions, and no judge's question fits
        using var client = model.AsIChatClient();
        using var session = new FeedbackSession(new() { MaxFailuresInARow = 2 }, null, new QuickClock());

        for (var row = 0; row < 3; row++)
        {
            var verdict = await new ChatJudge(client, new() { BothOrders = false }).CompareAsync(Question with { Prompt = $"{row}" }, session);
            verdict.AbstentionReason.Should().Contain("tokens").And.Contain("200");
        }
    }

    [Fact]
    public async Task WhoHangsUpWaitsNoLonger()
    {
        using var server = new LoopbackChatServer(_ => new(200, "") { Hangs = true });
        using var session = new FeedbackSession();
        using var hungUp = new CancellationTokenSource();

        var asking = new ChatJudge(LoopbackClient.Of(server.Endpoint)).CompareAsync(Question, session, hungUp.Token);
        SpinWait.SpinUntil(() => !server.Requests.IsEmpty, TimeSpan.FromSeconds(60)).Should().BeTrue();
        await hungUp.CancelAsync();

        await asking.Awaiting(task => task.WaitAsync(TimeSpan.FromSeconds(60))).Should().ThrowAsync<OperationCanceledException>();
    }

    // A client that waits for a short time only may give up before the server knows of it.
    private static IChatClient ClientOf(LoopbackChatServer server, string trouble) =>
        LoopbackClient.Of(server.Endpoint, timeout: trouble == Late ? TimeSpan.FromSeconds(0.3) : null);

    private static string Verdict(LoopbackRequest request)
    {
        var first = ScriptedClient.Shown([new(ChatRole.User, request.Body.GetProperty("messages").EnumerateArray().Select(message =>
            message.GetProperty("content").ToString()).First(text => text.Contains("response A begins", StringComparison.Ordinal)))], "response A");
        return ScriptedClient.Json(first == "went" ? "A" : "B");
    }
}
