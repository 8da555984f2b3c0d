using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Serving;
using Generator = Microsoft.ML.Alignment.Generation.Generator;

namespace Microsoft.ML.Alignment.Tests.Serving;

/// <summary>What one caller of a model as a chat client gets.</summary>
public sealed class ChatClientTests : IDisposable
{
    private readonly LanguageModel _model = StoriesChat.Load();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task TheAnswerIsWhatTheModelCompletes()
    {
        using var client = _model.AsIChatClient(new() { Generation = new() { MaxNewTokens = 12 } });

        var response = await client.GetResponseAsync("Lily went");

        response.Text.Should().Be(Alone("Lily went", new() { MaxNewTokens = 12 })).And.NotBeEmpty();
        response.Messages.Should().ContainSingle().Which.Role.Should().Be(ChatRole.Assistant);
        response.FinishReason.Should().Be(ChatFinishReason.Length);
        response.Usage!.OutputTokenCount.Should().Be(12);
        response.Usage.InputTokenCount.Should().Be(Ids("Lily went").Length);
        response.Usage.TotalTokenCount.Should().Be(response.Usage.InputTokenCount + 12);
    }

    [Fact]
    public async Task PiecesOfAStreamAreTheAnswer()
    {
        using var client = _model.AsIChatClient();
        var options = new ChatOptions { MaxOutputTokens = 12 };

        var updates = await client.GetStreamingResponseAsync("Lily went", options).ToListAsync();

        updates.Count(update => update.Text.Length > 0).Should().BeGreaterThan(6, "they come token by token");
        string.Concat(updates.Select(update => update.Text)).Should().Be((await client.GetResponseAsync("Lily went", options)).Text);
        updates.Select(update => (update.ResponseId, update.MessageId, update.ModelId, update.Role)).Distinct().Should().ContainSingle();
        updates.Where(update => update.FinishReason is not null).Should().Equal(updates[^1]);
    }

    [Fact]
    public async Task SamplesAreAFunctionOfTheirSeed()
    {
        using var client = _model.AsIChatClient(new() { Generation = new() { MaxNewTokens = 16, Temperature = 1.2, Seed = 7 } });
        Task<string> Sample(long? seed) => AnswerOf(client, new() { Seed = seed, TopK = 40, TopP = 0.9f });

        var answers = new[] { await Sample(3), await Sample(3), await Sample(4), await Sample(3L << 40), await Sample(null), await Sample(null) };

        answers[0].Should().Be(answers[1]).And.Be(Alone("Lily went", new() { MaxNewTokens = 16, Temperature = 1.2, TopK = 40, TopP = 0.9f, Seed = 3 }));
        answers[1..].Should().OnlyHaveUniqueItems("another seed, and each request without one, draws anew");
        using var again = _model.AsIChatClient(new() { Generation = new() { MaxNewTokens = 16, Temperature = 1.2, Seed = 7 } });
        (await AnswerOf(again, new() { TopK = 40, TopP = 0.9f })).Should().Be(answers[4], "the first call of a client is a function of its seed");
    }

    [Fact]
    public async Task AnAnswerEndsBeforeAStopSequenceWhichNobodySees()
    {
        using var client = _model.AsIChatClient();
        var whole = await AnswerOf(client, new() { MaxOutputTokens = 30 });
        var stop = whole[9..14]; // over several tokens of this small vocabulary
        var before = whole[..whole.IndexOf(stop, StringComparison.Ordinal)];

        var updates = await client.GetStreamingResponseAsync("Lily went", new() { MaxOutputTokens = 30, StopSequences = ["never written", stop] }).ToListAsync();

        string.Concat(updates.Select(update => update.Text)).Should().Be(before).And.NotBeEmpty();
        updates[^1].FinishReason.Should().Be(ChatFinishReason.Stop);
        updates[^1].Contents.OfType<UsageContent>().Single().Details.OutputTokenCount.Should().BeInRange(2, 29, "tokens behind the sequence do not count");
    }

    [Fact]
    public async Task CharactersOfSeveralTokensComeWhole()
    {
        using var model = ChainModel.Of([ChainModel.Start, .. ChainModel.Bytes("a\u00E9\U0001F600z")]);
        using var client = model.AsIChatClient();

        var updates = await client.GetStreamingResponseAsync("hi").ToListAsync();

        updates.Select(update => update.Text).Where(text => text.Length > 0).Should().Equal("a", "\u00E9", "\U0001F600", "z");
        updates[^1].FinishReason.Should().Be(ChatFinishReason.Stop);
        updates[^1].Contents.OfType<UsageContent>().Single().Details.OutputTokenCount.Should().Be(9, "two letters, two and four bytes, and the end token");
    }

    [Fact]
    public async Task ACharacterThatTheLimitCutsIsShownAsBroken()
    {
        using var model = ChainModel.Of([ChainModel.Start, .. ChainModel.Bytes("a\u00E9z")]);
        using var client = model.AsIChatClient();

        var response = await client.GetResponseAsync("hi", new() { MaxOutputTokens = 2 });

        (response.Text, response.FinishReason).Should().Be(("a\uFFFD", ChatFinishReason.Length));
    }

    [Fact]
    public async Task InstructionsAreTheSystemsWords()
    {
        using var client = _model.AsIChatClient(new() { Generation = new() { MaxNewTokens = 8 } });

        (await AnswerOf(client, new() { Instructions = "Once" }, new ChatMessage(ChatRole.User, " upon"))).Should().Be(Alone("Once upon", new() { MaxNewTokens = 8 }));
        (await AnswerOf(client, new() { Instructions = "Once" }, new(ChatRole.System, "there"), new(ChatRole.User, " was")))
            .Should().Be(Alone("Once\nthere was", new() { MaxNewTokens = 8 }));
    }

    [Fact]
    public void ItSaysWhatItIs()
    {
        using var client = _model.AsIChatClient(new() { ModelId = "stories" });

        var metadata = client.GetService<ChatClientMetadata>()!;
        (metadata.ProviderName, metadata.DefaultModelId).Should().Be(("Microsoft.ML.Alignment", "stories"));
        client.GetService<LanguageModel>()!.AdapterNames.Should().BeEmpty();
        client.GetService<IChatClient>().Should().BeSameAs(client);
        client.GetService(typeof(IChatClient), "key").Should().BeNull();
        using var chain = ChainModel.Of([ChainModel.Start, "[x]"]);
        using var named = chain.AsIChatClient();
        named.GetService<ChatClientMetadata>()!.DefaultModelId.Should().Be("chain");
    }

    [Fact]
    public async Task BFloat16IsAChoice()
    {
        using var client = _model.AsIChatClient(new() { Precision = Precision.BFloat16 });

        (await AnswerOf(client, new() { MaxOutputTokens = 5 })).Should().Be(Encoder(_model).DecodeCompletion(
            Generator.Complete(_model, [Ids("Lily went")], new() { MaxNewTokens = 5 }, Precision.BFloat16)[0].Ids));
    }

    private string Alone(string prompt, GenerationOptions options) => Encoder(_model).DecodeCompletion(Generator.Complete(_model, [Ids(prompt)], options)[0].Ids);

    private int[] Ids(string prompt) => Encoder(_model).EncodePrompt(prompt);

    private static Alignment.Tokenization.PromptEncoder Encoder(LanguageModel model) =>
        new(model.Tokenizer, model.ChatTemplate, PromptFormat.UserTurn, model.Config.EosTokenIds);

    private static async Task<string> AnswerOf(IChatClient client, ChatOptions options, params ChatMessage[] messages) =>
        (await client.GetResponseAsync(messages.Length > 0 ? messages : [new(ChatRole.User, "Lily went")], options)).Text;
}
