using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Text of others made fit to be shown: no character of it can steer a terminal.</summary>
internal static class VisibleText
{
    /// <summary>Writes line breaks and control characters as escapes.</summary>
    public static string Escape(string text) => Escape(text, keepLineBreaks: false);

    /// <summary>Writes control characters as escapes; line breaks break the line.</summary>
    public static string EscapeLines(string text) => Escape(text, keepLineBreaks: true);

    private static string Escape(string text, bool keepLineBreaks)
    {
        var result = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            _ = character switch
            {
                '\n' when keepLineBreaks => result.Append(character),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                _ when IsUnsafe(character) => result.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
                _ => result.Append(character),
            };
        }

        return result.ToString();
    }

    // Formatting characters turn the direction of text around or are not seen at all.
    private static bool IsUnsafe(char character) => char.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
