using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Samples.Export;

/// <summary>A GGUF file in llama.cpp as a chat client; one call at a time.</summary>
/// <param name="path">The file.</param>
/// <param name="maxNewTokens">The most tokens of an answer.</param>
internal sealed class LlamaCppClient(string path, int maxNewTokens) : IChatClient
{
    private readonly LlamaCppChat _chat = new(path, maxNewTokens);
    private readonly Lock _turn = new();

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatMessage[] conversation = [.. messages];
        return Task.Run(() =>
        {
            lock (_turn)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return new ChatResponse(new ChatMessage(ChatRole.Assistant, _chat.Answer(conversation))) { ModelId = Path.GetFileName(path) };
            }
        }, cancellationToken);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("llama.cpp", null, Path.GetFileName(path))
        : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() => _chat.Dispose();
}
