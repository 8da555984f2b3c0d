using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.Alignment;

/// <summary>
/// Checks what JSON allows and .NET's texts do not: <c>\ud800</c> alone, half of a character. A document with it is parsed, and every later
/// look at its name or value throws.
/// </summary>
internal static class JsonTexts
{
    private const int EscapeLength = 6;

    /// <summary>Refuses a text with half a character in it.</summary>
    /// <param name="json">JSON; where it is none, nothing is promised.</param>
    /// <exception cref="JsonException">There is one; the message has its place.</exception>
    public static void RequireWhole(ReadOnlySpan<char> json)
    {
        if (FindHalf(json) is var at and >= 0)
            throw new JsonException(
                $"'{json.Slice(at, Math.Min(EscapeLength, json.Length - at))}' at character {at} is half of a character and no text.");
    }

    /// <summary>Where half a character is escaped; -1 if nowhere.</summary>
    public static int FindHalf(ReadOnlySpan<char> json)
    {
        for (var at = 0; json[at..].IndexOf('\\') is var next and >= 0;)
        {
            at += next;
            var unit = Unit(json[at..]);
            if (!char.IsSurrogate(unit))
            {
                at = Math.Min(at + 2, json.Length); // what is behind the backslash begins no escape
                continue;
            }

            var rest = json[Math.Min(at + EscapeLength, json.Length)..];
            if (!char.IsHighSurrogate(unit) || !char.IsLowSurrogate(Unit(rest)))
                return at;
            at += 2 * EscapeLength;
        }

        return -1;
    }

    // The UTF-16 unit that a text begins with as \uXXXX; 0 if it does not.
    private static char Unit(ReadOnlySpan<char> text) =>
        text is ['\\', 'u', _, _, _, _, ..]
        && ushort.TryParse(text.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) ? (char)unit : '\0';
}
