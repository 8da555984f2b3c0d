using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Serving;

/// <summary>Writes conversations of Microsoft.Extensions.AI, calls of tools included, as the JSON that chat templates are given.</summary>
internal static class ConversationJson
{
    /// <summary>Writes a conversation.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="instructions">What the system is to say before all else; null if nothing.</param>
    /// <param name="tools">The tools that the model is told of.</param>
    /// <exception cref="NotSupportedException">A message holds something else than text, calls and results.</exception>
    public static string Of(IEnumerable<ChatMessage> messages, string? instructions, IReadOnlyList<AIFunctionDeclaration> tools)
    {
        var list = new JsonArray([.. messages.SelectMany(Messages)]);
        if (!string.IsNullOrEmpty(instructions))
            Instruct(list, instructions);
        return tools.Count == 0
            ? list.ToJsonString()
            : MessageList.WithTools(list.ToJsonString(), new JsonArray([.. tools.Select(Tool)]).ToJsonString());
    }

    // Most templates know one message of the system, the first.
    private static void Instruct(JsonArray list, string instructions)
    {
        var system = ChatRole.System.Value;
        if (list.Count > 0 && (string)list[0]!["role"]! == system)
            list[0]!["content"] = $"{instructions}\n{list[0]!["content"]}";
        else
            list.Insert(0, Message(system, instructions));
    }

    private static IEnumerable<JsonObject> Messages(ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            if (content is not (TextContent or TextReasoningContent or FunctionCallContent or FunctionResultContent or UsageContent))
                throw new NotSupportedException(
                    $"A message of role '{message.Role}' holds {content.GetType().Name}; a language model reads text and calls of functions only.");
        }

        foreach (var result in message.Contents.OfType<FunctionResultContent>())
            yield return Message(ChatRole.Tool.Value, TextOf(result), ("tool_call_id", result.CallId));
        if (message.Contents.All(content => content is FunctionResultContent) && message.Contents.Count > 0)
            yield break;
        var said = Message(message.Role.Value, message.Text);
        if (string.Concat(message.Contents.OfType<TextReasoningContent>().Select(content => content.Text)) is { Length: > 0 } thought)
            said[MessageJson.Reasoning] = thought;
        if (message.Contents.OfType<FunctionCallContent>().ToArray() is { Length: > 0 } calls)
            said["tool_calls"] = new JsonArray([.. calls.Select(Call)]);
        yield return said;
    }

    private static JsonObject Message(string role, string content, params (string Name, string Value)[] fields)
    {
        var message = new JsonObject { ["role"] = role, ["content"] = content };
        foreach (var (name, value) in fields)
            message[name] = value;
        return message;
    }

    private static JsonObject Call(FunctionCallContent call) => new()
    {
        ["type"] = "function",
        ["id"] = call.CallId,
        ["function"] = new JsonObject
        {
            ["name"] = call.Name,
            ["arguments"] = JsonSerializer.SerializeToNode(call.Arguments ?? new Dictionary<string, object?>(), AIJsonUtilities.DefaultOptions),
        },
    };

    private static JsonObject Tool(AIFunctionDeclaration tool) => new()
    {
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = tool.Name,
            ["description"] = tool.Description,
            ["parameters"] = JsonNode.Parse(tool.JsonSchema.GetRawText()),
        },
    };

    private static string TextOf(FunctionResultContent result) => result.Result switch
    {
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        var value => JsonSerializer.Serialize(value, AIJsonUtilities.DefaultOptions),
    };
}
