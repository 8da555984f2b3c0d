using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>String literals as Python writes and reads them.</summary>
internal static class JinjaStrings
{
    /// <summary>The characters of a literal without its quotes; null if an escape in it is no character.</summary>
    public static string? Unescape(string literal)
    {
        if (!literal.Contains('\\'))
            return literal;
        var result = new StringBuilder(literal.Length);
        for (var i = 0; i < literal.Length; i++)
        {
            if (literal[i] != '\\')
            {
                result.Append(literal[i]);
                continue;
            }

            var read = AppendEscape(literal, i + 1, result);
            if (read == 0)
                return null;
            i += read;
        }

        return result.ToString();
    }

    /// <summary>How Python's <c>repr</c> writes a string.</summary>
    public static string Quote(string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var result = new StringBuilder(text.Length + 2).Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\\' => result.Append(@"\\"),
                '\n' => result.Append(@"\n"),
                '\r' => result.Append(@"\r"),
                '\t' => result.Append(@"\t"),
                _ when rune.Value == quote => result.Append('\\').Append(quote),
                < 0x20 or (>= 0x7F and <= 0xA0) or 0xAD => result.Append($"\\x{rune.Value:x2}"),
                _ => result.Append(rune.ToString()),
            };
        }

        return result.Append(quote).ToString();
    }

    // Returns how many characters behind the backslash were read; 0 if they are no character.
    private static int AppendEscape(string literal, int at, StringBuilder result)
    {
        var digits = literal[at] switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
            return at + digits < literal.Length && AppendCodePoint(literal.AsSpan(at + 1, digits), result) ? digits + 1 : 0;

        if (literal[at] is >= '0' and <= '7')
            return AppendOctal(literal, at, result);
        if (literal.AsSpan(at).StartsWith("N{", StringComparison.Ordinal))
            return 0;
        _ = literal[at] switch
        {
            'n' => result.Append('\n'),
            't' => result.Append('\t'),
            'r' => result.Append('\r'),
            'a' => result.Append('\a'),
            'b' => result.Append('\b'),
            'f' => result.Append('\f'),
            'v' => result.Append('\v'),
            '\n' => result,
            '\\' or '\'' or '"' => result.Append(literal[at]),
            _ => result.Append('\\').Append(literal[at]),
        };
        return 1;
    }

    private static int AppendOctal(string literal, int at, StringBuilder result)
    {
        var (code, length) = (0, 0);
        for (; length < 3 && at + length < literal.Length && literal[at + length] is >= '0' and <= '7'; length++)
            code = (code * 8) + literal[at + length] - '0';
        result.Append((char)code);
        return length;
    }

    private static bool AppendCodePoint(ReadOnlySpan<char> digits, StringBuilder result)
    {
        if (!uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code > 0x10FFFF)
            return false;
        result.Append(code > char.MaxValue ? char.ConvertFromUtf32((int)code) : ((char)code).ToString());
        return true;
    }
}
