using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>How the sections of a <c>tokenizer.json</c> are read.</summary>
internal static class TokenizerJsonElements
{
    /// <summary>A member that may be missing or null.</summary>
    public static JsonElement? Section(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var section) && section.ValueKind != JsonValueKind.Null ? section : null;

    /// <summary>The component's type.</summary>
    public static string Type(this JsonElement element) => element.Text("type");

    /// <summary>A member that must be a string.</summary>
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    /// <summary>A member that is false where it is missing.</summary>
    public static bool Flag(this JsonElement element, string name) => element.Section(name)?.GetBoolean() ?? false;

    /// <summary>The error for a component that is not supported.</summary>
    public static NotSupportedException Unsupported(this JsonElement element, string kind, string found, string supported)
    {
        const int Shown = 200;
        var text = element.GetRawText();
        return new NotSupportedException(
            $"tokenizer.json: {kind} '{found}' is not supported; supported are {supported}. " +
            $"It says: {(text.Length > Shown ? text[..Shown] + "…" : text)}");
    }
}
