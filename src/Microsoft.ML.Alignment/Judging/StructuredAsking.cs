using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment.Judging;

/// <summary>Reads what a model answered.</summary>
/// <param name="text">Its words.</param>
/// <returns>What they say; or what is wrong with them, for the model to read.</returns>
internal delegate (T? Value, string? Problem) AnswerReader<T>(string text);

/// <summary>Asks for an answer of a certain form, and again where it cannot be read.</summary>
internal sealed class StructuredAsking<T>(IChatClient client, ChatOptions options, int maxRetries, AnswerReader<T> read)
    where T : class
{
    public async Task<(T? Value, string? Problem, string? Model, FeedbackUsage Usage)> AskAsync(
        IReadOnlyList<ChatMessage> messages, FeedbackSession session, CancellationToken cancellation)
    {
        var usage = default(FeedbackUsage);
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var answer = await SendAsync(messages, session, cancellation).ConfigureAwait(false);
                usage += answer.Usage;
                var (value, problem) = read(answer.Text);
                if (value is not null || attempt == maxRetries)
                    return (value, problem, answer.Model, usage);
                messages = [
                    .. messages, new(ChatRole.Assistant, answer.Text),
                    new(ChatRole.User, $"That answer cannot be used: {problem} Answer again, in the form that was asked for.")];
            }
        }
        catch (RequestFailedException e)
        {
            return (null, e.Message, null, usage);
        }
    }

    private async Task<FeedbackAnswer> SendAsync(IReadOnlyList<ChatMessage> messages, FeedbackSession session, CancellationToken cancellation)
    {
        try
        {
            return await session.AskAsync(client, messages, options, cancellation).ConfigureAwait(false);
        }
        catch (NotSupportedException) when (options.ResponseFormat is not null)
        {
            options.ResponseFormat = null; // asked in words from now on, which the prompt does anyway
            return await session.AskAsync(client, messages, options, cancellation).ConfigureAwait(false);
        }
    }
}
