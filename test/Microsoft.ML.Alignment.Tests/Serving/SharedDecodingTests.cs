using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Serving;

namespace Microsoft.ML.Alignment.Tests.Serving;

/// <summary>Several callers of one client, and callers that leave.</summary>
public sealed class SharedDecodingTests : IDisposable
{
    private const int Tokens = 48;
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(60);

    private readonly LanguageModel _model = StoriesChat.Load();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task StepsOfEightCallersAreSharedAndEachGetsItsAnswer()
    {
        string[] prompts = [.. Enumerable.Range(0, 8).Select(index => string.Concat(Enumerable.Repeat("Tom saw a cat. ", index + 1)))];
        var alone = new List<string>();
        using (var client = Client())
        {
            foreach (var prompt in prompts)
                alone.Add(await Answer(client, prompt));
            client.Decoder.Passes.Should().Be(prompts.Length * Tokens, "a pass reads the prompt and writes the first token, the others write one each");
        }

        using var shared = Client();
        var together = await Task.WhenAll(prompts.Select(prompt => Answer(shared, prompt)));

        together.Should().Equal(alone);
        shared.Decoder.Passes.Should().BeLessThan(prompts.Length * Tokens / 4, "callers who come a little later join the batch that runs");
    }

    [Fact]
    public async Task CallersThatComeLeaveAndCancelAtRandomGetTheirAnswerOrNone()
    {
        using var client = new LanguageModelChatClient(_model, new() { MaxBatchSize = 3, Generation = new() { MaxNewTokens = 24 } });
        string[] prompts = ["One day", "Lily went to the park. She", "Tom", "The cat sat. The cat sat. The cat sat. It"];
        var expected = new Dictionary<string, string>();
        foreach (var prompt in prompts)
            expected[prompt] = await Answer(client, prompt);
        var random = new Random(11);
        async Task<bool> Visit(string prompt, int patience)
        {
            using var hungUp = new CancellationTokenSource();
            var text = "";
            try
            {
                await foreach (var update in client.GetStreamingResponseAsync(prompt, cancellationToken: hungUp.Token))
                {
                    text += update.Text;
                    if (--patience == 0)
                        await hungUp.CancelAsync();
                }
            }
            catch (OperationCanceledException) when (hungUp.IsCancellationRequested)
            {
                expected[prompt].Should().StartWith(text);
                return false;
            }

            text.Should().Be(expected[prompt]);
            return true;
        }

        var visits = Enumerable.Range(0, 60).Select(_ => Visit(prompts[random.Next(prompts.Length)], random.Next(40))).ToArray();

        (await Task.WhenAll(visits).WaitAsync(Enough)).Should().Contain(true).And.Contain(false);
    }

    [Fact]
    public async Task WhoCancelsOrLeavesIsComputedNoFurther()
    {
        using var client = new LanguageModelChatClient(_model, new() { Generation = new() { MaxNewTokens = 400 } });
        using var hungUp = new CancellationTokenSource();

        await foreach (var _ in client.GetStreamingResponseAsync("Lily went"))
            break;
        var cancelled = async () =>
        {
            await foreach (var _ in client.GetStreamingResponseAsync("Tom went", cancellationToken: hungUp.Token))
                await hungUp.CancelAsync();
        };
        await cancelled.Should().ThrowAsync<OperationCanceledException>();
        (await client.GetResponseAsync("Sue", new() { MaxOutputTokens = 3 })).Usage!.OutputTokenCount.Should().Be(3);

        client.Decoder.Passes.Should().BeLessThan(300, "three answers of which two were left at their first tokens");
        var never = () => client.GetResponseAsync("Lily went", cancellationToken: new(canceled: true));
        await never.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task AClientDisposedInUseFinishesItsAnswersAndLetsGoOfTheModel()
    {
        using var reference = Client();
        var expected = await Answer(reference, "Lily went");
        var model = StoriesChat.Load();
        var client = model.AsIChatClient(new() { Generation = new() { MaxNewTokens = Tokens } });
        var updates = client.GetStreamingResponseAsync("Lily went").GetAsyncEnumerator();
        (await updates.MoveNextAsync()).Should().BeTrue();
        var text = updates.Current.Text;

        model.Dispose();
        client.Dispose();
        client.Dispose();

        while (await updates.MoveNextAsync())
            text += updates.Current.Text;
        text.Should().Be(expected);
        client.Invoking(c => c.GetStreamingResponseAsync("Lily went")).Should().Throw<ObjectDisposedException>();
        SpinWait.SpinUntil(() => IsFreed(((LanguageModelChatClient)client).Decoder.Model), Enough).Should().BeTrue("the last answer frees the last share");
    }

    [Fact]
    public async Task TheThreadEndsWhenThereIsNoWorkAndComesBack()
    {
        using var decoder = new Alignment.Generation.SharedDecoder(_model, Precision.Float32, new(2, 100), TimeSpan.Zero);
        for (var round = 0; round < 3; round++)
        {
            using var call = decoder.Begin([1, 2, 3], 4, new(0, null, 1), new(0, 0));
            (await call.Tokens(default).CountAsync()).Should().Be(4);
            SpinWait.SpinUntil(() => !decoder.IsRunning, Enough).Should().BeTrue();
        }
    }

    [Fact]
    public async Task AFailureIsTheAnswerOfThoseWhomItMeetsAndNobodyElses()
    {
        var isLost = new StrongBox<bool>();
        using var model = LanguageModel.Load(_model.Files, [.. Weights(_model.Config, isLost)], "a lost file");
        isLost.Value = true;
        using var client = new LanguageModelChatClient(model, new());

        for (var round = 0; round < 2; round++)
            await client.Awaiting(c => c.GetResponseAsync("Lily went").WaitAsync(Enough)).Should().ThrowAsync<IOException>().WithMessage("the file is gone");
    }

    private static IEnumerable<StoredTensor> Weights(ModelConfig config, StrongBox<bool> isLost) =>
        DecoderLayout.Of(config).Weights.Select(spec => new LostTensor(spec.Name, spec.Shape, isLost));

    private LanguageModelChatClient Client() => new(_model, new() { Generation = new() { MaxNewTokens = Tokens } });

    private static async Task<string> Answer(IChatClient client, string prompt) => (await client.GetResponseAsync(prompt)).Text;

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

    private sealed class LostTensor(string name, long[] shape, StrongBox<bool> isLost) : StoredTensor(name, TensorEncoding.F32, shape)
    {
        public override long ByteLength => Shape.Aggregate(4L, (product, size) => product * size);

        public override void Read(long offset, Span<byte> destination)
        {
            if (isLost.Value)
                throw new IOException("the file is gone");
            destination.Clear();
        }
    }
}
