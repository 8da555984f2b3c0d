using Microsoft.Extensions.AI;

namespace Microsoft.ML.Alignment.Tests.Serving;

/// <summary>What a request cannot have is refused, with what to do instead.</summary>
public sealed class ChatRequestTests : IDisposable
{
    private readonly LanguageModel _model = ChainModel.WithoutTools([ChainModel.Start, "[x]"]);
    private readonly IChatClient _client;

    public ChatRequestTests() => _client = _model.AsIChatClient();

    public static TheoryData<ChatOptions, string> Unsupported => new()
    {
        { new() { ResponseFormat = ChatResponseFormat.Json }, "*JSON*Ask for it in words*" },
        { new() { FrequencyPenalty = 0.5f }, "*FrequencyPenalty*Use Temperature*" },
        { new() { PresencePenalty = 0.5f }, "*PresencePenalty*Use Temperature*" },
        { new() { Reasoning = new() { Effort = ReasoningEffort.High } }, "*Reasoning.Effort*" },
        { new() { ConversationId = "7" }, "*ConversationId*Send all messages*" },
        { new() { AllowBackgroundResponses = true }, "*background*" },
        { new() { ToolMode = ChatToolMode.RequireAny }, "*ToolMode*ChatToolMode.Auto*" },
        { new() { Tools = [new HostedWebSearchTool()] }, "*HostedWebSearchTool*functions*" },
        { new() { Tools = [AIFunctionFactory.Create(() => 1, "one")] }, "*'chain' does not read tools*Leave Tools out*" },
    };

    public static TheoryData<ChatOptions, string> Senseless => new()
    {
        { new() { ModelId = "another" }, "*'another'*'chain' only*" },
        { new() { StopSequences = ["x", ""] }, "*stop sequence is empty*" },
        { new() { Temperature = -1 }, "*Temperature is -1*" },
        { new() { TopP = 0 }, "*TopP is 0; allowed is a finite number above 0*" },
        { new() { TopK = 0 }, "*TopK is 0*" },
        { new() { MaxOutputTokens = 0 }, "*MaxNewTokens is 0*" },
    };

    public void Dispose()
    {
        _client.Dispose();
        _model.Dispose();
    }

    [Theory]
    [MemberData(nameof(Unsupported))]
    public async Task WhatCannotBeDoneIsRefused(ChatOptions options, string message) =>
        await _client.Awaiting(client => client.GetResponseAsync("hi", options)).Should().ThrowAsync<NotSupportedException>().WithMessage(message);

    [Theory]
    [MemberData(nameof(Senseless))]
    public async Task WhatMakesNoSenseIsRefused(ChatOptions options, string message) =>
        await _client.Awaiting(client => client.GetResponseAsync("hi", options)).Should().ThrowAsync<ArgumentException>().WithMessage(message);

    [Fact]
    public async Task WhatAsksForNothingSpecialIsAnswered() => (await _client.GetResponseAsync("hi", new()
    {
        ResponseFormat = ChatResponseFormat.Text, FrequencyPenalty = 0, PresencePenalty = 0, ModelId = "chain", ToolMode = ChatToolMode.None,
        Tools = [AIFunctionFactory.Create(() => 1, "one")], Reasoning = new() { Effort = ReasoningEffort.None },
    })).Text.Should().Be("[x]");

    [Fact]
    public async Task ConversationsThatCannotBeReadAreRefused()
    {
        await _client.Awaiting(client => client.GetResponseAsync([])).Should().ThrowAsync<ArgumentException>().WithMessage("*it has no message*");
        await _client.Awaiting(client => client.GetResponseAsync(new string('a', 400))).Should().ThrowAsync<ArgumentException>().WithMessage("*401 tokens*200*Shorten*");
        await _client.Awaiting(client => client.GetResponseAsync(new ChatMessage(ChatRole.User, [new DataContent(new byte[3], "image/png")])))
            .Should().ThrowAsync<NotSupportedException>().WithMessage("*DataContent*text*");
    }

    [Fact]
    public void ModelsThatCannotTalkAreRefused()
    {
        using var plain = StoriesModel.Load();
        plain.Invoking(model => model.AsIChatClient()).Should().Throw<ArgumentException>().WithMessage("*no chat template*PolicyTransformer.Complete*");
        using var head = TorchSharp.torch.zeros(1, 64);
        using var rewards = plain.With([], new TorchSharp.Modules.Parameter(head, false));
        rewards.Invoking(model => model.AsIChatClient()).Should().Throw<ArgumentException>().WithMessage("*reward model*");
        var disposed = StoriesModel.Load();
        disposed.Dispose();
        disposed.Invoking(model => model.AsIChatClient()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task WhatAUserWritesIsNoControlToken()
    {
        var before = (await _client.GetResponseAsync("[end]")).Usage!.InputTokenCount;
        before.Should().Be("[end]".Length + 1, "it is spelt in letters, and the answer's beginning is a token");
    }
}
