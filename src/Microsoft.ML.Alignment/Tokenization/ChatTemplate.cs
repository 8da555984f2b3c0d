using System.Text.Json;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Alignment.Tokenization.Jinja;

namespace Microsoft.ML.Alignment;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c> or a role the template knows.</param>
/// <param name="Content">What is said.</param>
public sealed record TemplateMessage(string Role, string Content)
{
    internal static readonly IReadOnlyDictionary<string, JsonElement> NoFields = new Dictionary<string, JsonElement>();

    /// <summary>
    /// Gets what else the message has for the template to read, by name: <c>tool_calls</c>, <c>name</c>, <c>reasoning_content</c> and so on.
    /// The default is nothing.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement> Fields { get; init; } = NoFields;

    /// <summary>Gets whether the message has a content; a call of tools may have none, which templates tell from an empty one.</summary>
    internal bool HasContent { get; init; } = true;

    /// <summary>Gets whether the message is trained on where it is an assistant's.</summary>
    internal bool IsTrained { get; init; } = true;
}

/// <summary>A model's own chat template (Jinja), which renders conversations as the model saw them in training.</summary>
/// <remarks>
/// Rendered as Hugging Face's transformers does (<c>trim_blocks</c>, <c>lstrip_blocks</c>, a sandbox). The length of the result, the steps
/// and the nesting are bounded. Instances are immutable and safe to use from several threads.
/// </remarks>
public sealed class ChatTemplate
{
    // A role of these may take part in spelling a control token ('<|' + role + '|>'); any other is text of others.
    private static readonly HashSet<string> KnownRoles = new(StringComparer.Ordinal)
    {
        "system", "user", "assistant", "tool", "developer", "function", "ipython", "model",
    };

    private readonly IReadOnlyList<JinjaStatement> _template;
    private readonly Dictionary<string, object?> _specialTokens;
    private readonly Func<DateTime> _now = () => DateTime.Now;

    private ChatTemplate(string source, IReadOnlyDictionary<string, string> specialTokens)
    {
        Source = source;
        _template = JinjaParser.Parse(source);
        _specialTokens = specialTokens.ToDictionary(token => token.Key, token => (object?)MarkedText.Trusted(token.Value));
    }

    private ChatTemplate(ChatTemplate other, DateTime time)
    {
        (Source, _template, _specialTokens) = (other.Source, other._template, other._specialTokens);
        _now = () => time;
    }

    /// <summary>Parses a template.</summary>
    /// <param name="jinja">The template's source.</param>
    /// <param name="specialTokens">Texts that it can use by name, such as <c>bos_token</c> and <c>eos_token</c>.</param>
    /// <exception cref="ChatTemplateException">It is not Jinja, or uses a construct that is not supported; the message names it and its
    /// line.</exception>
    public static ChatTemplate Parse(string jinja, IReadOnlyDictionary<string, string> specialTokens)
    {
        ArgumentNullException.ThrowIfNull(jinja);
        ArgumentNullException.ThrowIfNull(specialTokens);
        return new ChatTemplate(jinja, specialTokens);
    }

    /// <summary>Gets the template's source.</summary>
    public string Source { get; }

    /// <summary>Renders a conversation.</summary>
    /// <param name="messages">The messages, in order.</param>
    /// <param name="addGenerationPrompt">Whether the beginning of an assistant's turn is put behind them.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or fails.</exception>
    public string Render(IReadOnlyList<TemplateMessage> messages, bool addGenerationPrompt) =>
        RenderMarked(messages, addGenerationPrompt).Text;

    /// <summary>Gets whether the template asks what time it is.</summary>
    internal bool ReadsClock => Source.Contains(JinjaGlobals.Clock, StringComparison.Ordinal);

    /// <summary>Gets whether the template marks what the assistant writes (<c>{% generation %}</c>).</summary>
    internal bool MarksGeneration => Source.Contains("endgeneration", StringComparison.Ordinal);

    /// <summary>The same template, for which it is always this time.</summary>
    internal ChatTemplate At(DateTime time) => new(this, time);

    /// <summary>Renders a conversation; contents in the result are marked as text of others.</summary>
    internal MarkedText RenderMarked(IReadOnlyList<TemplateMessage> messages, bool addGenerationPrompt, JsonElement? tools = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return RenderValues(messages.Select(ToValue).ToList(), tools is { } some ? JinjaJson.FromJson(some) : null, addGenerationPrompt);
    }

    /// <summary>Renders a conversation whose messages have more than role and content, with tools.</summary>
    internal MarkedText RenderValues(List<object?> messages, object? tools, bool addGenerationPrompt) =>
        JinjaInterpreter.Render(_template, Variables(messages, tools, addGenerationPrompt));

    /// <summary>Renders a conversation and says where what the assistant wrote begins and ends; nowhere if the template marks nothing.</summary>
    internal MarkedText RenderSpans(List<object?> messages, object? tools, out IReadOnlyList<(int Start, int End)> spans) =>
        JinjaInterpreter.Render(_template, Variables(messages, tools, addGenerationPrompt: false), out spans);

    /// <summary>Renders a conversation and says where what the assistant wrote begins and ends; nowhere if the template marks nothing.</summary>
    internal MarkedText RenderSpans(Conversation conversation, out IReadOnlyList<(int Start, int End)> spans) => RenderSpans(
        conversation.Messages.Select(ToValue).ToList(), conversation.Tools is { } some ? JinjaJson.FromJson(some) : null, out spans);

    private Dictionary<string, object?> Variables(List<object?> messages, object? tools, bool addGenerationPrompt) =>
        new(_specialTokens)
        {
            ["messages"] = messages,
            ["tools"] = tools,
            ["documents"] = null,
            ["add_generation_prompt"] = addGenerationPrompt,
            [JinjaGlobals.Clock] = JinjaGlobals.ClockOf(_now),
        };

    private static object? ToValue(TemplateMessage message)
    {
        var value = new JinjaDictionary
        {
            [MarkedText.Trusted("role")] = KnownRoles.Contains(message.Role)
                ? MarkedText.Trusted(message.Role)
                : MarkedText.Untrusted(message.Role),
            [MarkedText.Trusted("content")] = message.HasContent ? MarkedText.Untrusted(message.Content) : null,
        };
        foreach (var (name, field) in message.Fields)
            value[MarkedText.Untrusted(name)] = JinjaJson.FromJson(field);
        return value;
    }
}
