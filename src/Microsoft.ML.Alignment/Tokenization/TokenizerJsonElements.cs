using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>How the sections of a <c>tokenizer.json</c> are read.</summary>
internal static class TokenizerJsonElements
{
    /// <summary>The largest id; vocabularies have some 300,000 tokens, and tables are made as long as the largest id.</summary>
    public const int LargestId = (1 << 24) - 1;

    /// <summary>A member that may be missing or null.</summary>
    public static JsonElement? Section(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var section) && section.ValueKind != JsonValueKind.Null ? section : null;

    /// <summary>The component's type.</summary>
    public static string Type(this JsonElement element) => element.Text("type");

    /// <summary>A member that must be a string.</summary>
    /// <exception cref="FormatException">It is missing or something else.</exception>
    public static string Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : throw new FormatException($"tokenizer.json: '{name}' must be a string, in {element.Shown()}.");

    /// <summary>A member that must be the id of a token.</summary>
    /// <exception cref="FormatException">It is missing, no whole number, negative or too large.</exception>
    public static int Id(this JsonElement element, string name) =>
        (element.TryGetProperty(name, out var id) ? id.AsId() : null)
            ?? throw new FormatException($"tokenizer.json: '{name}' must be a whole number from 0 to {LargestId}, in {element.Shown()}.");

    /// <summary>The value as the id of a token; null if it cannot be one.</summary>
    public static int? AsId(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var id) && id is >= 0 and <= LargestId ? id : null;

    /// <summary>The beginning of an element, for errors.</summary>
    public static string Shown(this JsonElement element)
    {
        const int Shown = 200;
        var text = element.GetRawText();
        return text.Length > Shown ? text[..Shown] + "…" : text;
    }

    /// <summary>A member that is false where it is missing.</summary>
    public static bool Flag(this JsonElement element, string name) => element.Section(name)?.GetBoolean() ?? false;

    /// <summary>The error for a component that is not supported.</summary>
    public static NotSupportedException Unsupported(this JsonElement element, string kind, string found, string supported)
    {
        return new NotSupportedException(
            $"tokenizer.json: {kind} '{found}' is not supported; supported are {supported}. It says: {element.Shown()}");
    }
}
