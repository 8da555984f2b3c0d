using System.Text.Json;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Prompt and completions of a row, in one of the forms that data sets have.</summary>
internal sealed class RowTexts
{
    private static readonly JsonRole[] Explicit = [JsonRole.Prompt, JsonRole.Chosen, JsonRole.Rejected, JsonRole.Completion];
    private readonly Dictionary<JsonRole, string> _names;

    private readonly DialogueMarkers? _dialogue;

    private RowTexts(JsonScan scan, JsonRole[] sources, JsonRole[] roles, DialogueMarkers? dialogue)
    {
        List<JsonProperty> properties = [.. sources.Select(role => scan.Find(role)!)];
        foreach (var property in properties)
            property.Require(scan.Path, scan.Rows);
        _names = properties.ToDictionary(p => p.Role!.Value, p => p.Name);
        var areLists = properties.Any(p => p.Is(JsonKind.List));
        _dialogue = areLists ? null : dialogue;
        AreConversations = areLists || dialogue is not null;
        Roles = roles;
        if (!AreConversations || scan.Find(JsonRole.Tools) is not { } tools)
            return;
        tools.Require(scan.Path, scan.Rows);
        ToolsName = tools.Name;
    }

    /// <summary>Gets the roles that <see cref="Read"/> fills.</summary>
    public IReadOnlyList<JsonRole> Roles { get; }

    /// <summary>Whether the texts are conversations as JSON.</summary>
    public bool AreConversations { get; }

    /// <summary>Gets the property that holds the tools of conversations; null if there is none.</summary>
    public string? ToolsName { get; }

    /// <summary>Gets the properties that <see cref="Read"/> reads.</summary>
    public IEnumerable<string> Properties => ToolsName is null ? _names.Values : _names.Values.Append(ToolsName);

    /// <summary>Whether the prompt is what chosen and rejected share.</summary>
    public bool HasImplicitPrompt => _names.ContainsKey(JsonRole.Chosen) && !_names.ContainsKey(JsonRole.Prompt) && Roles.Contains(JsonRole.Prompt);

    /// <summary>
    /// Finds the form: a prompt that is named, one that chosen and rejected share, whole conversations, or none of these.
    /// </summary>
    public static RowTexts Of(JsonScan scan, DialogueMarkers? dialogue)
    {
        JsonRole[] present = [.. Explicit.Where(role => scan.Find(role) is not null)];
        if (present.Contains(JsonRole.Prompt))
            return new(scan, present, present, dialogue);
        if (present.Contains(JsonRole.Chosen) && present.Contains(JsonRole.Rejected))
            return new(scan, [JsonRole.Chosen, JsonRole.Rejected], [JsonRole.Prompt, JsonRole.Chosen, JsonRole.Rejected], dialogue);
        if (scan.Find(JsonRole.Messages) is not null)
            return new(scan, [JsonRole.Messages], [JsonRole.Prompt, JsonRole.Completion], dialogue);
        return new(scan, present, present, dialogue);
    }

    /// <summary>The texts of a row; empty where the row has none.</summary>
    /// <exception cref="InvalidDataException">A value is no text or conversation.</exception>
    public Dictionary<JsonRole, string> Read(JsonLine line, JsonElement row)
    {
        var texts = _dialogue is not null ? ReadDialogue(line, row, _dialogue)
            : HasImplicitPrompt ? ReadPair(line, row)
            : _names.ContainsKey(JsonRole.Messages) ? ReadMessages(line, row)
            : ReadNamed(line, row);
        if (ToolsName is not null && row.TryGetProperty(ToolsName, out var found) && texts.TryGetValue(JsonRole.Prompt, out var prompt)
            && prompt.Length > 0 && JsonConversation.Tools(line, ToolsName, found) is { } tools)
            texts[JsonRole.Prompt] = MessageList.WithTools(prompt, tools);
        return texts;
    }

    private Dictionary<JsonRole, string> ReadDialogue(JsonLine line, JsonElement row, DialogueMarkers markers)
    {
        var texts = HasImplicitPrompt
            ? ReadPair(line, row)
            : Roles.ToDictionary(role => role, role => JsonValues.Text(line, _names[role], Value(line, row, role)));
        return texts.ToDictionary(text => text.Key, text => text.Key == JsonRole.Prompt
            ? DialogueText.Prompt(text.Value, markers)
            : DialogueText.Completion(text.Value, markers));
    }

    private Dictionary<JsonRole, string> ReadNamed(JsonLine line, JsonElement row)
    {
        var prompt = Roles.Contains(JsonRole.Prompt) ? Value(line, row, JsonRole.Prompt) : default;
        return Roles.ToDictionary(role => role, role => Convert(line, role, Value(line, row, role), prompt));
    }

    private Dictionary<JsonRole, string> ReadPair(JsonLine line, JsonElement row)
    {
        var (chosen, rejected) = (Value(line, row, JsonRole.Chosen), Value(line, row, JsonRole.Rejected));
        if (chosen.ValueKind == JsonValueKind.Array && rejected.ValueKind == JsonValueKind.Array)
        {
            var shared = JsonConversation.SharedLength(chosen, rejected);
            return Texts(shared == 0 ? "" : JsonConversation.Slice(chosen, 0, shared),
                JsonConversation.Slice(chosen, shared, chosen.GetArrayLength()), JsonConversation.Slice(rejected, shared, rejected.GetArrayLength()));
        }

        if (AreConversations && _dialogue is null)
            return Texts("", Convert(line, JsonRole.Chosen, chosen, default), Convert(line, JsonRole.Rejected, rejected, default));
        var (first, second) = (JsonValues.Text(line, _names[JsonRole.Chosen], chosen), JsonValues.Text(line, _names[JsonRole.Rejected], rejected));
        var length = ImplicitPrompt.Length(first, second, _dialogue);
        return Texts(first[..length], first[length..], second[length..]);
    }

    private Dictionary<JsonRole, string> ReadMessages(JsonLine line, JsonElement row)
    {
        var list = Value(line, row, JsonRole.Messages);
        if (list.ValueKind != JsonValueKind.Array)
            return new() { [JsonRole.Prompt] = "", [JsonRole.Completion] = "" };
        if (list.GetArrayLength() == 0)
            return new() { [JsonRole.Prompt] = "[]", [JsonRole.Completion] = "[]" };
        var answer = JsonConversation.CompletionIndex(list);
        return new()
        {
            [JsonRole.Prompt] = JsonConversation.Slice(list, 0, answer),
            [JsonRole.Completion] = JsonConversation.Slice(list, answer, answer + 1),
        };
    }

    /// <summary>
    /// A value as the column's text. In a file of conversations a plain prompt is a user's message and a plain completion an assistant's,
    /// and a conversation that repeats the plain prompt as its first message loses it.
    /// </summary>
    private string Convert(JsonLine line, JsonRole role, JsonElement value, JsonElement prompt)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            var repeated = prompt.ValueKind == JsonValueKind.String && JsonConversation.StartsWithUserText(value, prompt.GetString()!);
            return JsonConversation.Slice(value, repeated ? 1 : 0, value.GetArrayLength());
        }

        var text = JsonValues.Text(line, _names[role], value);
        return AreConversations && text.Length > 0 ? JsonConversation.OfText(text, fromUser: role == JsonRole.Prompt) : text;
    }

    private JsonElement Value(JsonLine line, JsonElement row, JsonRole role)
    {
        if (!row.TryGetProperty(_names[role], out var value))
            return default;
        if (value.ValueKind is JsonValueKind.Array or JsonValueKind.String or JsonValueKind.Null)
            return value;
        throw line.Error(_names[role], $"found {JsonLine.Describe(value)}, text or a list of messages is needed.");
    }

    private static Dictionary<JsonRole, string> Texts(string prompt, string chosen, string rejected) =>
        new() { [JsonRole.Prompt] = prompt, [JsonRole.Chosen] = chosen, [JsonRole.Rejected] = rejected };
}
