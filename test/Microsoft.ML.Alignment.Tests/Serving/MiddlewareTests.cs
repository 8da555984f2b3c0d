using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.ML.Alignment.Serving;

namespace Microsoft.ML.Alignment.Tests.Serving;

/// <summary>Middleware of Microsoft.Extensions.AI around a model.</summary>
public sealed class MiddlewareTests : IDisposable
{
    private const string Call = """{"name": "add", "arguments": {"a": 2, "b": 3}}""";

    private readonly LanguageModel _model = ChainModel.Of(
        [ChainModel.Start, "<tool_call>", Call, "</tool_call>"], [ChainModel.StartAfterTool, "[it is]", "[five]"]);

    private readonly LanguageModelChatClient _client;

    public MiddlewareTests() => _client = (LanguageModelChatClient)_model.AsIChatClient();

    public void Dispose()
    {
        _client.Dispose();
        _model.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FunctionsAreInvokedAndTheirResultsAnswered(bool streaming)
    {
        var invoked = new List<(int, int)>();
        var add = AIFunctionFactory.Create(
            (int a, int b) =>
            {
                invoked.Add((a, b));
                return a + b;
            },
            "add");
        using var client = _client.AsBuilder().UseFunctionInvocation().Build();

        var response = streaming
            ? await client.GetStreamingResponseAsync("hi", new() { Tools = [add] }).ToChatResponseAsync()
            : await client.GetResponseAsync("hi", new() { Tools = [add] });

        invoked.Should().Equal((2, 3));
        response.Text.Should().Be("[it is][five]");
        response.Messages.Select(message => message.Role).Should().Equal(ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant);
        response.Usage!.OutputTokenCount.Should().Be(4 + 3, "of both answers, with their end tokens");
    }

    [Fact]
    public async Task EqualRequestsAreAnsweredFromTheCache()
    {
        var cache = new MemoryDistributedCache(Microsoft.Extensions.Options.Options.Create(new MemoryDistributedCacheOptions()));
        using var client = _client.AsBuilder().UseDistributedCache(cache).Build();
        var first = await client.GetResponseAsync("hi", new() { Tools = [AIFunctionFactory.Create(() => 1, "add")] });
        var passes = _client.Decoder.Passes;

        var second = await client.GetResponseAsync("hi", new() { Tools = [AIFunctionFactory.Create(() => 1, "add")] });
        var streamed = await client.GetStreamingResponseAsync("hello").ToListAsync();
        var streamedAgain = await client.GetStreamingResponseAsync("hello").ToListAsync();

        second.Messages.Single().Contents.OfType<FunctionCallContent>().Single().Name.Should().Be("add");
        (second.FinishReason, second.ResponseId).Should().Be((first.FinishReason, first.ResponseId));
        string.Concat(streamedAgain.Select(update => update.Text)).Should().Be(string.Concat(streamed.Select(update => update.Text))).And.NotBeEmpty();
        _client.Decoder.Passes.Should().Be(passes + 4, "only the first stream was computed");
    }

    [Fact]
    public async Task RequestsAreLogged()
    {
        using var log = new Log();
        using var client = _client.AsBuilder().UseLogging(log).Build();

        await client.GetResponseAsync("what is it");
        await client.Awaiting(c => c.GetResponseAsync("hi", new() { ConversationId = "1" })).Should().ThrowAsync<NotSupportedException>();

        log.Lines.Should().Contain(line => line.Contains("what is it") && line.Contains("invoked"))
            .And.Contain(line => line.Contains("completed") && line.Contains("tool_call"))
            .And.Contain(line => line.Contains("failed"));
    }

    [Fact]
    public async Task RequestsAreTraced()
    {
        const string Source = "Microsoft.ML.Alignment.Tests.Tracing";
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var client = _client.AsBuilder().UseOpenTelemetry(sourceName: Source).Build();

        await client.GetResponseAsync("hi", new() { MaxOutputTokens = 2 });
        await client.GetStreamingResponseAsync("hi", new() { MaxOutputTokens = 3 }).ToChatResponseAsync();

        activities.Select(activity => activity.DisplayName).Should().AllBe("chat chain").And.HaveCount(2);
        activities.Select(activity => activity.GetTagItem("gen_ai.usage.output_tokens")).Should().Equal(2, 3);
        activities.Select(activity => activity.GetTagItem("gen_ai.provider.name")).Should().AllBeEquivalentTo("Microsoft.ML.Alignment");
    }

    private sealed class Log : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
