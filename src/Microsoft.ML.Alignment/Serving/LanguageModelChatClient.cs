using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Statistics;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Serving;

/// <summary>A language model as a chat client. Answers of several callers are written together.</summary>
internal sealed class LanguageModelChatClient : IChatClient
{
    private const string Provider = "Microsoft.ML.Alignment";

    private readonly ChatClientOptions _options;
    private readonly ChatTemplate _template;
    private readonly PromptEncoder _encoder;
    private readonly ChatClientMetadata _metadata;
    private int _calls = -1;
    private int _isDisposed;

    /// <param name="model">The model; the client holds a share of it.</param>
    /// <param name="options">How it answers.</param>
    /// <exception cref="ArgumentException">The model has no tokenizer or no chat template, or is a reward model.</exception>
    public LanguageModelChatClient(LanguageModel model, ChatClientOptions options)
    {
        if (model.RewardHead is not null)
            throw new ArgumentException($"The model '{model.Source}' is a reward model, which gives scores; a policy answers.", nameof(model));
        _template = model.ChatTemplate ?? throw new ArgumentException(
            $"The model '{model.Source}' has no chat template, by which conversations are read. Put the one of its family beside its weights, or " +
            $"complete texts with {nameof(PolicyTransformer)}.{nameof(PolicyTransformer.Complete)}.", nameof(model));
        (_options, _encoder) = (options, new(model.Tokenizer, _template, PromptFormat.Messages, model.Config.EosTokenIds));
        _metadata = new(Provider, defaultModelId: options.ModelId ?? NameOf(model));
        Decoder = new(model, options.Precision, DecodingLimits.Default with { Rows = options.MaxBatchSize });
    }

    /// <summary>Gets what writes the answers.</summary>
    internal SharedDecoder Decoder { get; }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        return Answer([.. messages], options?.Clone(), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null)
            return null;
        object[] services = [_metadata, Decoder.Model, this];
        return services.FirstOrDefault(serviceType.IsInstanceOfType);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            Decoder.Dispose();
    }

    private async IAsyncEnumerable<ChatResponseUpdate> Answer(
        ChatMessage[] messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var request = ChatRequest.Of(_options.Generation, options, _metadata.DefaultModelId!);
        var prompt = Encode(messages, request);
        var id = Guid.NewGuid().ToString("N");
        using var call = Decoder.Begin(prompt, request.MaxNewTokens, request.Sampler, StreamOf(request));
        var answer = new AnswerStream(Decoder.Model.Tokenizer, request, id);
        var (count, ended) = (0, false);
        await foreach (var token in call.Tokens(cancellation).ConfigureAwait(false))
        {
            count++;
            ended = Decoder.EndTokens.Contains(token);
            if (!ended && answer.Add(token) is { Count: > 0 } contents)
                yield return Update(id, contents);
            if (answer.IsStopped)
                break;
        }

        yield return Last(Update(id, answer.Finish()), answer, ended, prompt.Length, count);
    }

    private static ChatResponseUpdate Last(ChatResponseUpdate update, AnswerStream answer, bool ended, int read, int written)
    {
        var isWhole = ended || answer.IsStopped;
        update.FinishReason = answer.HasCalls ? ChatFinishReason.ToolCalls : isWhole ? ChatFinishReason.Stop : ChatFinishReason.Length;
        update.Contents.Add(new UsageContent(new() { InputTokenCount = read, OutputTokenCount = written, TotalTokenCount = read + written }));
        return update;
    }

    private ChatResponseUpdate Update(string id, IEnumerable<AIContent> contents) => new(ChatRole.Assistant, [.. contents])
    {
        ResponseId = id, MessageId = id, ModelId = _metadata.DefaultModelId, CreatedAt = DateTimeOffset.UtcNow,
    };

    private RandomStream StreamOf(ChatRequest request) => request.Stream(request.DrawsAnew ? Interlocked.Increment(ref _calls) : 0);

    private int[] Encode(ChatMessage[] messages, ChatRequest request)
    {
        if (request.Tools.Count > 0)
            RequireTemplateForTools();
        try
        {
            var conversation = ConversationJson.Of(messages, request.Instructions, request.Tools);
            return TextCompleter.Encode(Decoder.Model, _encoder, conversation);
        }
        catch (InvalidExampleException e)
        {
            throw new ArgumentException($"The conversation cannot be answered: {e.Message}", nameof(messages), e);
        }
    }

    private void RequireTemplateForTools()
    {
        if (!TemplateReading.ReadsTools(_template))
            throw new NotSupportedException(
                $"The chat template of '{_metadata.DefaultModelId}' does not read tools, so that the model would not see them. Leave Tools out.");
        if (!_template.Source.Contains(ToolCallReader.Begin, StringComparison.Ordinal))
            throw new NotSupportedException(
                $"The chat template of '{_metadata.DefaultModelId}' has calls of tools in a form that is not read; known is " +
                $"{ToolCallReader.Begin}. Leave Tools out.");
    }

    private static string NameOf(LanguageModel model) =>
        string.Join('+', model.AdapterNames.Prepend(Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Source))));
}
