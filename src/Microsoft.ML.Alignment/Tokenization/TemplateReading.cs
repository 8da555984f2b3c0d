using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Compares what conversations say with what a chat template reads of them.</summary>
/// <param name="template">The template.</param>
internal sealed partial class TemplateReading(ChatTemplate template)
{
    private const string Tools = "tools";

    // Who leaves these out trains or asks something else than what was said.
    private static readonly string[] Meaningful = ["tool_calls", "function_call", MessageJson.Reasoning];

    private static readonly HashSet<string> OfReasoning = [MessageJson.Reasoning, "thinking", "reasoning"];

    private readonly HashSet<string> _words = WordsOf(template);
    private readonly ConcurrentDictionary<string, long> _unread = new(StringComparer.Ordinal);

    /// <summary>Gets how many messages had a field that the template does not read, by its name.</summary>
    public IReadOnlyDictionary<string, long> Unread => _unread;

    /// <summary>Takes note of fields that the template does not read.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="column">The role of their column.</param>
    /// <exception cref="InvalidExampleException">One of them carries meaning.</exception>
    public void Look(IReadOnlyList<TemplateMessage> messages, string column)
    {
        foreach (var (name, value) in messages.SelectMany(message => message.Fields).Where(field => !Reads(field.Key)))
        {
            if (IsEmpty(value))
                continue;
            if (Meaningful.Contains(name))
                throw Refused(name, column);
            if (!OfReasoning.Contains(name))
                _unread.AddOrUpdate(name, 1, (_, count) => count + 1);
        }
    }

    /// <summary>Whether a template reads tools.</summary>
    public static bool ReadsTools(ChatTemplate template) => WordsOf(template).Contains(Tools);

    /// <summary>Refuses tools that the template does not read.</summary>
    /// <exception cref="InvalidExampleException">There are some.</exception>
    public void LookAtTools(Conversation conversation)
    {
        if (conversation.Tools is not null && !_words.Contains(Tools))
            throw Refused(Tools, "prompt");
    }

    /// <summary>Whether a message says anything: in its content or in a field that carries meaning.</summary>
    public static bool SaysSomething(TemplateMessage message) => message.Content.Length > 0
        || Meaningful.Any(name => message.Fields.TryGetValue(name, out var value) && !IsEmpty(value));

    private static HashSet<string> WordsOf(ChatTemplate template) => [.. Words().Matches(template.Source).Select(match => match.Value)];

    private static bool IsEmpty(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0
        || value.ValueKind == JsonValueKind.String && value.ValueEquals("");

    private bool Reads(string field) => OfReasoning.Contains(field) ? _words.Overlaps(OfReasoning) : _words.Contains(field);

    private static InvalidExampleException Refused(string name, string column) => new(
        column,
        $"{name} not read by the chat template",
        $"The conversation has '{name}', which the model's chat template does not read, so that the model would not see it. "
        + $"Give the model a template that reads '{name}', write it into 'content', or remove it.");

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();
}
