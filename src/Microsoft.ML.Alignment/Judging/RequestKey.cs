using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment.Judging;

/// <summary>The key of a request: all that its answer depends on.</summary>
internal static class RequestKey
{
    public static string Of(IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var about = client.GetService<ChatClientMetadata>();
        return JsonSerializer.Serialize(new object?[]
        {
            about?.ProviderName, about?.ProviderUri, options?.ModelId ?? about?.DefaultModelId,
            options?.Temperature, options?.TopP, options?.TopK, options?.Seed, options?.MaxOutputTokens, options?.StopSequences,
            (options?.ResponseFormat as ChatResponseFormatJson)?.Schema?.GetRawText() ?? options?.ResponseFormat?.GetType().Name,
            messages.Select(message => new[] { message.Role.Value, message.Text }),
        });
    }

    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
