namespace Microsoft.ML.Alignment.Data;

/// <summary>Knows files in forms that would be read as something else than they say, and what to do with them.</summary>
internal static class ForeignForms
{
    private const string Conversations = "conversations";
    private const string History = "history";

    /// <exception cref="InvalidDataException">The file has such a form; the message says how to rewrite it.</exception>
    public static void Refuse(JsonScan scan)
    {
        var hasTexts = scan.Properties.Any(p => p.Role is JsonRole.Prompt or JsonRole.Messages or JsonRole.Chosen);
        if (!hasTexts && HasLists(scan, Conversations))
            throw new InvalidDataException(
                $"{scan.Path} has ShareGPT's '{Conversations}'. Where its messages have 'role' and 'content', set {nameof(JsonLinesOptions)}."
                + $"{nameof(JsonLinesOptions.MessagesName)} to '{Conversations}'; where they have 'from' and 'value', rewrite them, for "
                + "example with: jq -c '{messages: [.conversations[] | {role: ({human: \"user\", gpt: \"assistant\"}[.from] // .from), "
                + "content: .value}]}'");
        if (HasLists(scan, History))
            throw new InvalidDataException(
                $"{scan.Path} has Alpaca's '{History}', earlier turns that would be lost. Rewrite each row as messages, for example with: jq -c "
                + "'{messages: ([.history[]? | {role: \"user\", content: .[0]}, {role: \"assistant\", content: .[1]}] + [{role: \"user\", content: "
                + "([.instruction, .input] | map(select(. != null and . != \"\")) | join(\"\\n\"))}, {role: \"assistant\", content: .output}])}'; "
                + $"or remove '{History}'.");
    }

    private static bool HasLists(JsonScan scan, string name) => scan.Properties.Any(p => p.Name == name && p.Role is null && p.Is(JsonKind.List));
}
