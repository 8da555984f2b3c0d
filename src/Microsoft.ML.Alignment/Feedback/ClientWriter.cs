using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Judging;

namespace Microsoft.ML.Alignment.Feedback;

/// <summary>Has a chat client write completions.</summary>
internal sealed class ClientWriter(IChatClient client, WritingSettings settings) : ICompletionWriter
{
    public async Task<IReadOnlyList<IReadOnlyList<string>>> WriteAsync(FeedbackTask task, IReadOnlyList<string> prompts, int count)
    {
        string[][] rows = [.. prompts.Select(prompt => new[] { prompt })];
        return await task.ForEachAsync<IReadOnlyList<string>>(rows, async (row, cancellation) =>
        {
            var messages = PromptMessages.Of(row[0], task.AreConversations);
            var asked = Enumerable.Range(0, count).Select(sample => AskAsync(task.Session, messages, sample, cancellation));
            return await Task.WhenAll(asked).ConfigureAwait(false);
        }, texts => texts.Any(text => text.Length == 0)).ConfigureAwait(false);
    }

    public void Dispose()
    {
    }

    private async Task<string> AskAsync(FeedbackSession session, IReadOnlyList<ChatMessage> messages, int sample, CancellationToken cancellation)
    {
        try
        {
            return (await session.AskAsync(client, messages, OptionsOf(sample), cancellation).ConfigureAwait(false)).Text;
        }
        catch (RequestFailedException)
        {
            return ""; // the row has one candidate less; a provider that fails altogether stops the session
        }
    }

    // The seed also tells the samples of a prompt apart in the journal.
    private ChatOptions OptionsOf(int sample) => new()
    {
        MaxOutputTokens = settings.Generation.MaxNewTokens,
        Temperature = (float)settings.Generation.Temperature,
        TopK = settings.Generation.TopK,
        TopP = settings.Generation.TopP < 1 ? (float)settings.Generation.TopP : null,
        Seed = settings.Generation.Seed + sample,
    };
}
