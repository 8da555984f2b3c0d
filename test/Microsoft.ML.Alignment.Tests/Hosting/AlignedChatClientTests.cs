using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.ML.Alignment.Tests.Hosting;

/// <summary>A file's policy as the chat client of a program, and its replacement while it is in use.</summary>
public sealed class AlignedChatClientTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;
    private readonly ServiceProvider _services;

    public AlignedChatClientTests()
    {
        _path = _folder["aligned.zip"];
        Save(Words("old"));
        _services = new ServiceCollection().AddAlignedChatClient(_path).BuildServiceProvider();
    }

    public void Dispose()
    {
        _services.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task ItAnswersAsThePolicyWasToldTo()
    {
        var client = _services.GetRequiredService<IChatClient>();

        client.Should().BeSameAs(_services.GetRequiredService<AlignedChatClient>());
        var response = await client.GetResponseAsync("hi");
        response.Text.Should().Be(string.Concat(Words("old").Take(50)), "the policy was saved with 50 new tokens");
        response.ModelId.Should().Be("aligned");
        client.GetService<ChatClientMetadata>()!.DefaultModelId.Should().Be("aligned");
        client.GetService<AlignedChatClient>().Should().BeSameAs(client);
        (await client.GetResponseAsync("hi", new() { MaxOutputTokens = 2 })).Text.Should().Be("[old0][old1]");
    }

    [Fact]
    public async Task AReloadDropsNoCallThatRuns()
    {
        var client = _services.GetRequiredService<AlignedChatClient>();
        var running = client.GetStreamingResponseAsync("hi").GetAsyncEnumerator();
        (await running.MoveNextAsync()).Should().BeTrue();
        var begunLater = client.GetStreamingResponseAsync("hi", new() { MaxOutputTokens = 2 });
        var text = running.Current.Text;
        var old = client.GetService<LanguageModel>()!;

        Save(Words("new"));
        client.Reload();

        (await client.GetResponseAsync("hi", new() { MaxOutputTokens = 2 })).Text.Should().Be("[new0][new1]");
        old.Share().Dispose(); // still there
        while (await running.MoveNextAsync())
            text += running.Current.Text;
        text.Should().Be(string.Concat(Words("old").Take(50)));
        (await begunLater.ToChatResponseAsync()).Text.Should().Be("[new0][new1]", "it begins when it is read");
        await running.DisposeAsync();
        SpinWait.SpinUntil(() => IsFreed(old), TimeSpan.FromSeconds(60)).Should().BeTrue("the last answer lets go of the old policy");
    }

    // As of the client of a model in memory: what becomes of the caller's list and options later is nothing to it.
    [Fact]
    public async Task ARequestIsWhatItWasWhenItWasMade()
    {
        var client = _services.GetRequiredService<AlignedChatClient>();
        List<ChatMessage> messages = [new(ChatRole.User, "hi")];
        var options = new ChatOptions { MaxOutputTokens = 2 };
        var stream = client.GetStreamingResponseAsync(messages, options);

        messages.Clear();
        options.MaxOutputTokens = 5;

        (await stream.ToChatResponseAsync()).Text.Should().Be("[old0][old1]");
    }

    [Fact]
    public async Task CallersThatNeverStopNoticeNothingOfReloads()
    {
        var client = _services.GetRequiredService<AlignedChatClient>();
        using var enough = new CancellationTokenSource();
        async Task<int> Call()
        {
            for (var answers = 0; ; answers++)
            {
                if (enough.IsCancellationRequested)
                    return answers;
                (await client.GetResponseAsync("hi", new() { MaxOutputTokens = 3 })).Text.Should().BeOneOf("[old0][old1][old2]", "[new0][new1][new2]");
            }
        }

        var callers = Enumerable.Range(0, 3).Select(_ => Task.Run(Call)).ToArray();
        for (var round = 0; round < 4; round++)
        {
            Save(Words(round % 2 == 0 ? "new" : "old"));
            client.Reload();
        }

        await enough.CancelAsync();
        (await Task.WhenAll(callers)).Should().OnlyContain(answers => answers > 0);
    }

    [Fact]
    public async Task WhatCannotBeLoadedChangesNothing()
    {
        var client = _services.GetRequiredService<AlignedChatClient>();
        File.WriteAllText(_path, "PK, but no zip");

        client.Invoking(c => c.Reload()).Should().Throw<InvalidDataException>().WithMessage("*aligned.zip*");
        File.Delete(_path);
        client.Invoking(c => c.Reload()).Should().Throw<FileNotFoundException>();

        (await client.GetResponseAsync("hi", new() { MaxOutputTokens = 1 })).Text.Should().Be("[old0]");
    }

    [Fact]
    public void ADisposedProgramAnswersNoMore()
    {
        var client = _services.GetRequiredService<AlignedChatClient>();
        _services.Dispose();

        client.Invoking(c => c.GetStreamingResponseAsync("hi")).Should().Throw<ObjectDisposedException>();
        client.Invoking(c => c.Reload()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task PretrainedModelsAnswerToo()
    {
        var folder = _folder["pretrained"];
        using (var model = ChainModel.Of([ChainModel.Start, "[hello]"]))
            model.SavePretrained(folder);

        using var client = new AlignedChatClient(folder, new() { ModelId = "mine" });

        (await client.GetResponseAsync("hi")).Text.Should().Be("[hello]");
        client.GetService<ChatClientMetadata>()!.DefaultModelId.Should().Be("mine");
    }

    [Fact]
    public void APipelineWithoutAPolicyIsRefused()
    {
        var context = new MLContext();
        var rows = context.Data.LoadFromEnumerable<PromptRow>([]);
        context.Model.Save(context.Transforms.CopyColumns("Copy", "Prompt").Fit(rows), rows.Schema, _path);

        FluentActions.Invoking(() => new AlignedChatClient(_path)).Should().Throw<InvalidDataException>().WithMessage("*aligned.zip' has no policy*");
    }

    private static string[] Words(string prefix) => [.. Enumerable.Range(0, 80).Select(index => $"[{prefix}{index}]")];

    private void Save(string[] words)
    {
        var folder = _folder[Guid.NewGuid().ToString("N")];
        using (var model = ChainModel.Of([ChainModel.Start, .. words]))
            model.SavePretrained(folder);
        var context = new MLContext();
        var rows = context.Data.LoadFromEnumerable<PromptRow>([]);
        using var policy = context.Alignment().BaseModel(folder, new() { Generation = new() { MaxNewTokens = 50 } }).Fit(rows);
        context.Alignment().Save(policy, rows.Schema, _path);
    }

    private static bool IsFreed(LanguageModel model)
    {
        try
        {
            model.Share().Dispose();
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
