using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment.Judging;

/// <summary>Asks a client once, for so long, and counts how that went.</summary>
internal sealed class TimedClient(FeedbackLimits limits, TimeProvider clock, RequestCounts counts)
{
    /// <summary>Asks.</summary>
    /// <exception cref="TimeoutException">There was no answer in the time of the limits.</exception>
    public async Task<ChatResponse> AskAsync(
        IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        try
        {
            var response = await RespondAsync(client, messages, options, cancellation).ConfigureAwait(false);
            counts.Answered(clock.GetElapsedTime(began));
            return response;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            counts.Failed(clock.GetElapsedTime(began), RequestProblem.IsTimeout(e));
            throw;
        }
    }

    private async Task<ChatResponse> RespondAsync(
        IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellation)
    {
        if (limits.TimeoutSeconds is not { } seconds)
            return await client.GetResponseAsync(messages, options, cancellation).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            // A client need not look at the token.
            return await client.GetResponseAsync(messages, options, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"There was no answer within {seconds:0.###} seconds; {nameof(FeedbackLimits.TimeoutSeconds)} allows no more.",
                e);
        }
    }
}
