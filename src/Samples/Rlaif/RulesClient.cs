using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Samples.Constitutional;

namespace Samples.Rlaif;

/// <summary>
/// A judge, critic and writer that needs no model and no network: a chat client that answers by rules. It reads the message that any other would get,
/// and nothing else: what the constitution asks, the prompt, and the responses. It has no list of verbs, so there is much that it cannot know.
/// </summary>
internal sealed class RulesClient : IChatClient
{
    private const string Model = "grammar-rules-1";

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var answer = Answer(FencedQuestion.Read(messages.Last(message => message.Role == ChatRole.User).Text));
        var message = new ChatMessage(ChatRole.Assistant, answer);
        return Task.FromResult(new ChatResponse(message) { ModelId = Model, FinishReason = ChatFinishReason.Stop });
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            yield return update;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("rules", null, Model)
        : serviceType.IsInstanceOfType(this) ? this : null;

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static string Answer(FencedQuestion question)
    {
        if (question.Texts.ContainsKey("critique"))
            return GrammarCritic.Revise(question);
        if (question.Texts.ContainsKey("response"))
            return GrammarCritic.Criticise(question);
        var (verdict, why) = Judge(question);
        return JsonSerializer.Serialize(new Dictionary<string, string> { ["rationale"] = why, ["verdict"] = verdict });
    }

    private static (string Verdict, string Why) Judge(FencedQuestion question)
    {
        if (GrammarRule.Read(question.Asked) is not { } rule)
            return ("tie", "The rules do not understand what is asked.");
        string Text(string name) => question.Texts.GetValueOrDefault(name, "");
        var (a, b) = (VerbForm.Find(Text("prompt"), Text("response A")), VerbForm.Find(Text("prompt"), Text("response B")));
        var (better, why) = (a, b) switch
        {
            (not null, not null) => rule.Compare(a, b),
            (not null, null) => (Better.A, "Response B says nothing."),
            (null, not null) => (Better.B, "Response A says nothing."),
            _ => (Better.Neither, "Neither response says anything."),
        };
        return (better == Better.Neither ? "tie" : better.ToString(), why);
    }
}
