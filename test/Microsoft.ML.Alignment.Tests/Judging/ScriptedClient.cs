using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment.Tests.Judging;

/// <summary>A chat client that answers by a script, and keeps what it was asked.</summary>
internal sealed class ScriptedClient(Func<IReadOnlyList<ChatMessage>, ChatOptions?, string> answer, string model = "scripted") : IChatClient
{
    private readonly Lock _lock = new();

    public List<(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options)> Asked { get; } = [];

    /// <summary>Always the same words.</summary>
    public static ScriptedClient Saying(string text) => new((_, _) => text);

    /// <summary>A verdict by what was shown as A and as B.</summary>
    public static ScriptedClient Judging(Func<string, string, string> verdict) =>
        new((messages, _) => Json(verdict(Shown(messages, "response A"), Shown(messages, "response B"))));

    public static string Json(string verdict) => $$"""{"rationale": "because", "verdict": "{{verdict}}"}""";

    /// <summary>What stands between the marks of a name.</summary>
    public static string Shown(IReadOnlyList<ChatMessage> messages, string name)
    {
        var text = messages.First(message => message.Role == ChatRole.User).Text;
        var mark = text[2..text.IndexOf(' ', StringComparison.Ordinal)];
        var begin = text.IndexOf($"<<{mark} {name} begins>>\n", StringComparison.Ordinal) + $"<<{mark} {name} begins>>\n".Length;
        return text[begin..text.IndexOf($"\n<<{mark} {name} ends>>", begin, StringComparison.Ordinal)];
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ChatMessage> asked = [.. messages];
        lock (_lock)
            Asked.Add((asked, options));
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer(asked, options)))
        {
            ModelId = model,
            Usage = new() { InputTokenCount = 100, OutputTokenCount = 10 },
        });
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("script", null, model) : null;

    public void Dispose()
    {
    }
}
