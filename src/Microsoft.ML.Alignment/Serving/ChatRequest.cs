using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Generation;
using Microsoft.ML.Alignment.Statistics;

namespace Microsoft.ML.Alignment.Serving;

/// <summary>What a request asks for, with the client's defaults where it does not say; what cannot be done is refused.</summary>
/// <param name="generation">The client's defaults.</param>
/// <param name="options">The request's options.</param>
internal sealed class ChatRequest(GenerationOptions generation, ChatOptions options)
{
    private readonly GenerationOptions _generation = generation with
    {
        MaxNewTokens = options.MaxOutputTokens ?? generation.MaxNewTokens,
        Temperature = options.Temperature ?? generation.Temperature,
        TopK = options.TopK ?? generation.TopK,
        TopP = options.TopP ?? generation.TopP,
    };

    /// <summary>Gets the most tokens of the answer.</summary>
    public int MaxNewTokens => _generation.MaxNewTokens;

    /// <summary>Gets what takes tokens.</summary>
    public TokenSampler Sampler => new(_generation);

    /// <summary>Gets the texts that end the answer and do not belong to it.</summary>
    public IReadOnlyList<string> StopSequences { get; } = [.. options.StopSequences ?? []];

    /// <summary>Gets the tools that the model is told of.</summary>
    public IReadOnlyList<AIFunctionDeclaration> Tools { get; } =
        options.ToolMode is NoneChatToolMode ? [] : [.. (options.Tools ?? []).Select(RequireFunction)];

    /// <summary>Gets whether the answer ends behind the first call of a tool.</summary>
    public bool CallsAtMostOneTool => options.AllowMultipleToolCalls == false;

    /// <summary>Gets what the system is to say before all else; null if nothing.</summary>
    public string? Instructions => options.Instructions;

    /// <summary>Reads a request.</summary>
    /// <param name="defaults">The client's.</param>
    /// <param name="options">The request's options; null for none.</param>
    /// <param name="modelId">The name of the model.</param>
    /// <exception cref="NotSupportedException">It asks for what a model that is read by templates cannot do.</exception>
    /// <exception cref="ArgumentException">A value makes no sense.</exception>
    public static ChatRequest Of(GenerationOptions defaults, ChatOptions? options, string modelId)
    {
        options ??= new();
        RequireSupported(options);
        if (options.ModelId is { } wanted && wanted != modelId)
            throw new ArgumentException($"The request is for the model '{wanted}'; this client has '{modelId}' only. Leave ModelId out.",
                nameof(options));
        if (options.StopSequences?.Any(string.IsNullOrEmpty) == true)
            throw new ArgumentException("A stop sequence is empty; it would end every answer before its beginning. Leave it out.", nameof(options));
        return new(defaults, options);
    }

    /// <summary>Gets whether its random numbers depend on the number of the call.</summary>
    public bool DrawsAnew => options.Seed is null && _generation.Temperature > 0;

    /// <summary>The random numbers of the answer.</summary>
    /// <param name="call">The number of the client's call, for requests without a seed.</param>
    public RandomStream Stream(int call) => options.Seed switch
    {
        null => new(_generation.Seed, call),
        >= int.MinValue and <= int.MaxValue and var seed => new((int)seed, 0),
        { } seed => new(0, seed, 0),
    };

    private static void RequireSupported(ChatOptions options)
    {
        var unsupported = options switch
        {
            { ResponseFormat: ChatResponseFormatJson } => "ResponseFormat asks for JSON, which this client cannot enforce. Ask for it in words",
            { FrequencyPenalty: not null and not 0 } => "FrequencyPenalty is not implemented. Use Temperature, TopK or TopP",
            { PresencePenalty: not null and not 0 } => "PresencePenalty is not implemented. Use Temperature, TopK or TopP",
            { Reasoning.Effort: not null and not ReasoningEffort.None } =>
                "Reasoning.Effort is not implemented. Ask for it in words, as the model's card says",
            { ConversationId: not null } => "ConversationId is set, and this client keeps no conversations. Send all messages",
            { ContinuationToken: not null } or { AllowBackgroundResponses: true } =>
                "answers in the background are not implemented. Await the answer",
            { ToolMode: RequiredChatToolMode } => "ToolMode requires a call of a tool, which this client cannot enforce. Use ChatToolMode.Auto",
            _ => null,
        };
        if (unsupported is not null)
            throw new NotSupportedException($"The request cannot be answered: {unsupported}.");
    }

    private static AIFunctionDeclaration RequireFunction(AITool tool) => tool as AIFunctionDeclaration
        ?? throw new NotSupportedException(
            $"The tool '{tool.Name}' is a {tool.GetType().Name}; a model can call functions (AIFunctionDeclaration) only.");
}
