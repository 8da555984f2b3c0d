using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment;

/// <summary>
/// What requests for feedback go through: bounded concurrency and rate, retries, a budget, usage, and a journal, so that a run that was
/// stopped or killed goes on without asking anything twice. Safe to use from several threads.
/// </summary>
public sealed class FeedbackSession : IDisposable
{
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(1);

    private readonly FeedbackLimits _limits;
    private readonly FeedbackJournal? _journal;
    private readonly FeedbackBudget _budget;
    private readonly RequestGate _gate;
    private readonly RequestCounts _counts = new();
    private readonly TimedClient _timed;
    private readonly ConcurrentDictionary<string, SharedAnswer> _answers = [];
    private readonly CountdownEvent _underWay = new(1); // the session itself, until it is disposed
    private int _failuresInARow;
    private bool _isDisposed;

    /// <summary>Begins a session.</summary>
    /// <param name="limits">How fast, how often and for how much is asked; null for the defaults.</param>
    /// <param name="journalPath">The file that keeps answers, made if it is not there; null keeps none.</param>
    /// <exception cref="InvalidDataException">A line of the journal is damaged.</exception>
    /// <exception cref="IOException">The journal cannot be opened, for example because another process writes to it.</exception>
    public FeedbackSession(FeedbackLimits? limits = null, string? journalPath = null)
        : this(limits ?? new(), journalPath, TimeProvider.System)
    {
    }

    internal FeedbackSession(FeedbackLimits limits, string? journalPath, TimeProvider clock)
    {
        _limits = limits;
        _journal = journalPath is null ? null : FeedbackJournal.Open(journalPath);
        _budget = new(limits, journalPath);
        _gate = new(limits, clock);
        _timed = new(limits, clock, _counts);
    }

    /// <summary>Gets what was used so far, with what came from the journal.</summary>
    public FeedbackUsage Usage => _budget.Usage;

    /// <summary>Gets how requests went so far.</summary>
    public FeedbackRequests Requests => _counts.Snapshot;

    /// <summary>Asks a client, unless the journal knows the answer to the same messages with the same options.</summary>
    /// <param name="client">Whom to ask.</param>
    /// <param name="messages">What to ask.</param>
    /// <param name="options">How; null for the client's defaults.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="FeedbackBudgetException">The budget is used up.</exception>
    /// <exception cref="FeedbackFailedException">Too many requests in a row failed.</exception>
    public async Task<FeedbackAnswer> AskAsync(
        IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(messages);
        var answer = await RememberAsync(
            RequestKey.Of(client, messages, options), token => SendAsync(client, messages, options, token), cancellationToken).ConfigureAwait(false);
        _budget.Add(answer.Usage);
        return answer;
    }

    /// <summary>Computes a value once a key: from the journal, from the same question under way, or anew.</summary>
    /// <remarks>Who stops waiting leaves the others waiting; what is under way is canceled when nobody waits for it.</remarks>
    /// <typeparam name="T">What is kept, as JSON.</typeparam>
    /// <param name="key">All that the value depends on.</param>
    /// <param name="produce">Computes it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<T> RememberAsync<T>(string key, Func<CancellationToken, Task<T>> produce, CancellationToken cancellationToken = default)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(produce);
        var hash = RequestKey.Hash(key);
        cancellationToken.ThrowIfCancellationRequested();
        var answer = Join(hash, token => FindOrProduceAsync(hash, produce, token));
        try
        {
            return (await answer.WaitAsync(cancellationToken).ConfigureAwait(false)).Deserialize<T>(FeedbackJournal.Json)!;
        }
        catch when (!answer.IsGood)
        {
            Forget(hash, answer); // a failure is no answer: who asks again, asks anew
            throw;
        }
    }

    /// <summary>Closes the journal. Answers that are about to come, though nobody waits for them any more, get a moment to be kept.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _underWay.Signal();
        _underWay.Wait(LastMoment);
        foreach (var answer in _answers.Values)
            answer.Dispose();
        _journal?.Dispose();
        _gate.Dispose();
    }

    private SharedAnswer Join(string hash, Func<CancellationToken, Task<JsonElement>> produce)
    {
        while (true)
        {
            var answer = _answers.GetOrAdd(hash, _ => new(produce));
            if (answer.TryJoin())
                return answer;
            Forget(hash, answer);
        }
    }

    private void Forget(string hash, SharedAnswer answer) => _answers.TryRemove(new(hash, answer));

    private async Task<JsonElement> FindOrProduceAsync<T>(string hash, Func<CancellationToken, Task<T>> produce, CancellationToken cancellation)
    {
        if (_journal?.Find(hash) is { } known)
        {
            _counts.Add(fromJournal: 1);
            return known;
        }

        ObjectDisposedException.ThrowIf(!_underWay.TryAddCount(), this);
        try
        {
            var value = JsonSerializer.SerializeToElement(await produce(cancellation).ConfigureAwait(false), FeedbackJournal.Json);
            _journal?.Append(hash, value);
            _counts.Add(asked: 1);
            return value;
        }
        finally
        {
            _underWay.Signal();
        }
    }

    private async Task<FeedbackAnswer> SendAsync(
        IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellation)
    {
        using var place = await _gate.EnterAsync(cancellation).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            _budget.RequireRoom();
            try
            {
                var response = await _timed.AskAsync(client, messages, options?.Clone(), cancellation).ConfigureAwait(false);
                Volatile.Write(ref _failuresInARow, 0);
                return FeedbackAnswer.Of(response);
            }
            catch (Exception e) when (!RequestProblem.IsOfOptions(e) && !cancellation.IsCancellationRequested)
            {
                if (RequestProblem.IsOfMessages(e))
                {
                    _counts.Add(failed: 1);
                    throw new RequestFailedException(e);
                }

                if (options?.ResponseFormat is not null && RequestProblem.IsBadRequest(e))
                    throw new NotSupportedException($"The provider refuses the request, perhaps because of its response format: {e.Message}", e);
                if (attempt == _limits.MaxRetries || RequestProblem.IsFinal(e))
                    throw Failed(e, attempt + 1);
                _counts.Add(retries: 1);
                await _gate.BackOffAsync(attempt, cancellation).ConfigureAwait(false);
            }
        }
    }

    private Exception Failed(Exception cause, int attempts)
    {
        _counts.Add(failed: 1);
        return Interlocked.Increment(ref _failuresInARow) >= _limits.MaxFailuresInARow
            ? new FeedbackFailedException(
                $"{_failuresInARow} requests in a row failed, each tried {attempts} times; the last one with: {cause.Message} " +
                "What was answered before is in the journal, if there is one; mend the connection and run again.", cause)
            : new RequestFailedException(cause);
    }
}

/// <summary>What a client answered.</summary>
/// <param name="Text">Its words.</param>
/// <param name="Model">The model, as the provider calls it; null if it does not say.</param>
/// <param name="Usage">What it cost.</param>
public sealed record FeedbackAnswer(string Text, string? Model, FeedbackUsage Usage)
{
    internal static FeedbackAnswer Of(ChatResponse response) => new(
        response.Text, response.ModelId, new(1, response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0));
}
