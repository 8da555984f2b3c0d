using System.Text.Json;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Turns dialogues that are written as text into messages, by what stands before each turn.</summary>
internal static class DialogueText
{
    /// <summary>
    /// The turns of a prompt as JSON. Text before the first marker is a system's message; the assistant's marker at the end, behind which the
    /// completion goes on, is none.
    /// </summary>
    public static string Prompt(string text, DialogueMarkers markers) => Turns(text, "system", markers);

    /// <summary>A completion as JSON: the assistant's message, and turns that follow it, which training refuses.</summary>
    public static string Completion(string text, DialogueMarkers markers) => Turns(text, "assistant", markers);

    private static string Turns(string text, string firstRole, DialogueMarkers markers)
    {
        var turns = new List<object>();
        var (role, from) = (firstRole, 0);
        while (Next(text, from, markers) is var (at, length, next) && at >= 0)
        {
            Add(turns, role, text[from..at]);
            (role, from) = (next, at + length);
        }

        Add(turns, role, text[from..]);
        return turns.Count == 0 ? "" : JsonSerializer.Serialize(turns);
    }

    private static void Add(List<object> turns, string role, string content)
    {
        if (!string.IsNullOrWhiteSpace(content))
            turns.Add(new { role, content = content.Trim() });
    }

    // The first turn of a text often lacks the white space before its marker.
    private static (int At, int Length, string Role) Next(string text, int from, DialogueMarkers markers)
    {
        var (user, assistant) = (Find(text, markers.User, from), Find(text, markers.Assistant, from));
        return user.At >= 0 && (assistant.At < 0 || user.At < assistant.At)
            ? (user.At, user.Length, "user")
            : (assistant.At, assistant.Length, "assistant");
    }

    private static (int At, int Length) Find(string text, string marker, int from)
    {
        var bare = marker.TrimStart();
        return from == 0 && text.StartsWith(bare, StringComparison.Ordinal)
            ? (0, bare.Length)
            : (text.IndexOf(marker, from, StringComparison.Ordinal), marker.Length);
    }
}
