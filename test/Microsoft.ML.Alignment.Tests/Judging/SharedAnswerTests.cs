namespace Microsoft.ML.Alignment.Tests.Judging;

public sealed class SharedAnswerTests
{
    private readonly TaskCompletionSource<string> _answer = new();
    private CancellationToken _underWay;
    private int _calls;

    [Fact]
    public async Task WhoStopsWaitingLeavesTheAnswerToTheOthers()
    {
        using var session = new FeedbackSession();
        using var first = new CancellationTokenSource();
        var (stopped, waiting) = (Remember(session, first.Token), Remember(session, default));

        await first.CancelAsync();

        await FluentActions.Awaiting(() => stopped).Should().ThrowAsync<OperationCanceledException>();
        _underWay.IsCancellationRequested.Should().BeFalse();
        _answer.SetResult("value");
        (await waiting).Should().Be("value");
        (await Remember(session, default)).Should().Be("value");
        _calls.Should().Be(1);
    }

    [Fact]
    public async Task WhatNobodyWaitsForIsCanceledAndAskedAnewByTheNext()
    {
        using var session = new FeedbackSession();
        using var both = new CancellationTokenSource();
        Task<string>[] stopped = [Remember(session, both.Token), Remember(session, both.Token)];

        await both.CancelAsync();

        foreach (var task in stopped)
            await FluentActions.Awaiting(() => task).Should().ThrowAsync<OperationCanceledException>();
        _underWay.IsCancellationRequested.Should().BeTrue();
        _answer.SetResult("value");
        (await Remember(session, default)).Should().Be("value");
        _calls.Should().Be(2);
    }

    [Fact]
    public async Task WhoIsCanceledAlreadyAsksNothing()
    {
        using var session = new FeedbackSession();
        await FluentActions.Awaiting(() => Remember(session, new(canceled: true))).Should().ThrowAsync<OperationCanceledException>();
        _calls.Should().Be(0);
    }

    private Task<string> Remember(FeedbackSession session, CancellationToken cancellation) => session.RememberAsync("key", async token =>
    {
        Interlocked.Increment(ref _calls);
        _underWay = token;
        return await _answer.Task.WaitAsync(token);
    }, cancellation);
}
