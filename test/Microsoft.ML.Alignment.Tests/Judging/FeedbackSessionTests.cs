using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment.Tests.Judging;

public sealed class FeedbackSessionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("alignment-test-").FullName;

    private string Journal => Path.Combine(_folder, "deep", "journal.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task WhatTheJournalKnowsIsNotAskedAgain()
    {
        var client = Echo();
        using (var session = new FeedbackSession(journalPath: Journal))
            for (var i = 0; i < 5; i++)
                await Ask(session, client, $"question {i}");
        using var later = new FeedbackSession(journalPath: Journal);
        for (var i = 3; i < 7; i++)
            (await Ask(later, client, $"question {i}")).Should().Be($"answer to question {i}");
        client.Asked.Select(asked => asked.Messages[0].Text).Should().Equal(Enumerable.Range(0, 7).Select(i => $"question {i}"));
        later.Usage.Calls.Should().Be(4, "answers from the journal count, so that a budget is one for the whole run");
    }

    [Fact]
    public async Task EveryCutOfTheFileResumesWithoutTheTornLine()
    {
        using (var session = new FeedbackSession(journalPath: Journal))
            for (var i = 0; i < 3; i++)
                await Ask(session, Echo(), $"q{i}");
        var whole = File.ReadAllBytes(Journal);
        for (var length = 0; length <= whole.Length; length += 7)
        {
            File.WriteAllBytes(Journal, whole[..length]);
            using (var session = new FeedbackSession(journalPath: Journal))
                for (var i = 0; i < 3; i++)
                    await Ask(session, Echo(), $"q{i}");
            File.ReadAllBytes(Journal).Should().Equal(whole);
        }
    }

    [Fact]
    public async Task AChangedLineIsRefusedWithItsNumber()
    {
        using (var session = new FeedbackSession(journalPath: Journal))
            for (var i = 0; i < 3; i++)
                await Ask(session, Echo(), $"q{i}");
        File.WriteAllText(Journal, File.ReadAllText(Journal).Replace("answer to q1", "answer to q7", StringComparison.Ordinal));
        var open = () => new FeedbackSession(journalPath: Journal);
        open.Should().Throw<InvalidDataException>().WithMessage("*line 2 is damaged*asked again*");
    }

    [Fact]
    public async Task TwoProcessesCannotWriteOneJournal()
    {
        using var session = new FeedbackSession(journalPath: Journal);
        await Ask(session, Echo(), "q");
        var open = () => new FeedbackSession(journalPath: Journal);
        open.Should().Throw<IOException>();
    }

    [Fact]
    public async Task TheSameQuestionAtTheSameTimeIsAskedOnce()
    {
        var asked = new TaskCompletionSource<string>();
        var calls = 0;
        using var session = new FeedbackSession();
        Task<string> Remember() => session.RememberAsync("key", _ =>
        {
            Interlocked.Increment(ref calls);
            return asked.Task;
        });
        var both = Task.WhenAll(Remember(), Remember());
        asked.SetResult("value");
        (await both).Should().Equal("value", "value");
        calls.Should().Be(1);
    }

    [Fact]
    public async Task ABudgetOfTokensStopsBeforeTheNextRequestAndGoesOnWithALargerOne()
    {
        var client = Echo(); // 110 tokens each
        using (var session = new FeedbackSession(new() { MaxTokens = 250 }, Journal))
        {
            for (var i = 0; i < 3; i++)
                await Ask(session, client, $"q{i}");
            var fourth = () => Ask(session, client, "q3");
            (await fourth.Should().ThrowAsync<FeedbackBudgetException>().WithMessage("*330 tokens are used of 250*journal.jsonl*raise MaxTokens*"))
                .Which.Usage.Calls.Should().Be(3);
        }

        using var later = new FeedbackSession(new() { MaxTokens = 500 }, Journal);
        for (var i = 0; i < 4; i++)
            await Ask(later, client, $"q{i}");
        client.Asked.Should().HaveCount(4);
    }

    [Fact]
    public async Task ABudgetOfMoneyCountsRequestsAndAnswersByTheirPrices()
    {
        var limits = new FeedbackLimits { InputPricePerMillion = 2, OutputPricePerMillion = 8, MaxCost = 500e-6 };
        limits.CostOf(new(1, 100, 10)).Should().BeApproximately(280e-6, 1e-15);
        using var session = new FeedbackSession(limits);
        await Ask(session, Echo(), "q0");
        await Ask(session, Echo(), "q1");
        var third = () => Ask(session, Echo(), "q2");
        await third.Should().ThrowAsync<FeedbackBudgetException>().WithMessage("*is spent of*");
    }

    [Fact]
    public async Task AFailureIsTriedAgainAndIsNoAnswer()
    {
        var fails = 2;
        var client = new ScriptedClient((_, _) => fails-- > 0 ? throw new HttpRequestException("503") : "at last");
        using var session = new FeedbackSession(new() { MaxRetries = 2 }, null, new QuickClock());
        (await Ask(session, client, "q")).Should().Be("at last");
        client.Asked.Should().HaveCount(3);
    }

    [Fact]
    public async Task AProviderThatIsDownStopsEverything()
    {
        var client = new ScriptedClient((_, _) => throw new HttpRequestException("connection refused"));
        using var session = new FeedbackSession(new() { MaxRetries = 1, MaxFailuresInARow = 3 }, null, new QuickClock());
        var judge = new ChatJudge(client, new() { BothOrders = false });
        var first = await judge.CompareAsync(new("p", "a", "b"), session);
        first.AbstentionReason.Should().Contain("connection refused");
        await judge.CompareAsync(new("p", "a", "c"), session);
        var third = () => judge.CompareAsync(new("p", "a", "d"), session);
        await third.Should().ThrowAsync<FeedbackFailedException>().WithMessage("3 requests in a row failed, each tried 2 times*connection refused*");
        client.Asked.Should().HaveCount(6);
    }

    [Fact]
    public async Task AnAnswerThatComesWhileTheOthersAreCanceledIsKept()
    {
        using var source = new CancellationTokenSource();
        using (var session = new FeedbackSession(journalPath: Journal))
        {
            var asked = session.RememberAsync("key", async _ =>
            {
                await Task.Delay(100, CancellationToken.None); // a person who types, or a client that does not look at the token
                return "paid for";
            }, source.Token);
            await source.CancelAsync();
            await FluentActions.Awaiting(() => asked).Should().ThrowAsync<OperationCanceledException>();
        }

        using var later = new FeedbackSession(journalPath: Journal);
        (await later.RememberAsync("key", _ => Task.FromResult("asked again"))).Should().Be("paid for");
    }

    [Fact]
    public async Task NoMoreRequestsAreUnderWayThanAllowed()
    {
        var (now, most) = (0, 0);
        var client = new SlowClient(async () =>
        {
            var under = Interlocked.Increment(ref now);
            most = Math.Max(most, under);
            await Task.Yield();
            Interlocked.Decrement(ref now);
        });
        using var session = new FeedbackSession(new() { MaxConcurrency = 3 });
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => session.AskAsync(client, [new(ChatRole.User, $"{i}")]))));
        most.Should().BeInRange(1, 3);
    }

    [Fact]
    public async Task RequestsAreSpreadOverTheMinute()
    {
        var clock = new QuickClock();
        using var session = new FeedbackSession(new() { RequestsPerMinute = 30 }, null, clock);
        for (var i = 0; i < 4; i++)
            await Ask(session, Echo(), $"q{i}");
        clock.Waited.Should().Equal(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
    }

    private static ScriptedClient Echo() => new((messages, _) => $"answer to {messages[0].Text}");

    private static async Task<string> Ask(FeedbackSession session, IChatClient client, string question) =>
        (await session.AskAsync(client, [new(ChatRole.User, question)])).Text;

    private sealed class SlowClient(Func<Task> work) : IChatClient
    {
        public async Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            await work();
            return new(new ChatMessage(ChatRole.Assistant, "done"));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
