using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Microsoft.ML.Alignment.Tests.Loopback;

/// <summary>The client that programs use, of a server on this machine.</summary>
internal static class LoopbackClient
{
    /// <param name="endpoint">The server.</param>
    /// <param name="retries">How often the client itself asks again; the default leaves that to others.</param>
    /// <param name="timeout">How long it waits for an answer; null for long enough.</param>
    public static IChatClient Of(Uri endpoint, int retries = 0, TimeSpan? timeout = null) => new OpenAIClient(new ApiKeyCredential("none"), new OpenAIClientOptions
    {
        Endpoint = endpoint, RetryPolicy = new ClientRetryPolicy(retries), NetworkTimeout = timeout ?? TimeSpan.FromSeconds(60),
    }).GetChatClient("judge-1").AsIChatClient();
}
