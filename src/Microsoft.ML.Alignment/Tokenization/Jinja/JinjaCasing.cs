using System.Text;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Upper and lower case as Python has them, which also changes the number of characters.</summary>
internal static class JinjaCasing
{
    private static readonly Dictionary<char, string> Longer = new()
    {
        ['\u00DF'] = "SS", ['\u0149'] = "\u02BCN", ['\u01F0'] = "J\u030C", ['\u0390'] = "\u0399\u0308\u0301",
        ['\u03B0'] = "\u03A5\u0308\u0301", ['\u0587'] = "\u0535\u0552", ['\u1E96'] = "H\u0331", ['\u1E97'] = "T\u0308",
        ['\u1E98'] = "W\u030A", ['\u1E99'] = "Y\u030A", ['\u1E9A'] = "A\u02BE", ['\uFB00'] = "FF", ['\uFB01'] = "FI",
        ['\uFB02'] = "FL", ['\uFB03'] = "FFI", ['\uFB04'] = "FFL", ['\uFB05'] = "ST", ['\uFB06'] = "ST",
        ['\uFB13'] = "\u0544\u0546", ['\uFB14'] = "\u0544\u0535", ['\uFB15'] = "\u0544\u053B", ['\uFB16'] = "\u054E\u0546",
        ['\uFB17'] = "\u0544\u053D",
    };

    /// <summary>Upper case.</summary>
    public static MarkedText Upper(MarkedText text)
    {
        if (!text.Text.AsSpan().ContainsAnyExceptInRange('\0', '\x7F'))
            return text.WithCharacters(text.Text.ToUpperInvariant());
        JinjaLimits.CheckCharacters(3L * text.Length);
        JinjaBudget.ChargeCharacters(3L * text.Length);
        var upper = new StringBuilder(text.Length);
        foreach (var rune in text.Text.EnumerateRunes())
        {
            // Greek letters with a iota below or a breathing become several letters, which no table here has.
            if (rune.Value is >= 0x1F50 and <= 0x1FFC && Rune.ToUpperInvariant(rune) == rune && Rune.IsLetter(rune) && !Rune.IsUpper(rune))
                throw new JinjaFailure($"upper case of '{rune}' is not supported.");
            if (rune.IsBmp && Longer.TryGetValue((char)rune.Value, out var longer))
                upper.Append(longer);
            else
                upper.Append(Rune.ToUpperInvariant(rune).ToString());
        }

        return JinjaTextMethods.Convert(text, upper.ToString());
    }

    /// <summary>One character in upper case; where that is several, the first of them.</summary>
    public static MarkedText Title(MarkedText character)
    {
        var upper = Upper(character);
        return upper.Length > 1 && upper.Length != character.Length ? upper.Slice(0, 1) + Lower(upper.Slice(1)) : upper;
    }

    /// <summary>Lower case; a sigma at the end of a word is the final one.</summary>
    public static MarkedText Lower(MarkedText text)
    {
        const char Sigma = '\u03A3', FinalSigma = '\u03C2', Dotted = '\u0130';
        var lower = text.Text.ToLowerInvariant();
        if (text.Text.Contains(Sigma))
        {
            var characters = lower.ToCharArray();
            for (var i = 0; i < characters.Length; i++)
            {
                if (text.Text[i] == Sigma && IsCased(text.Text, i, -1) && !IsCased(text.Text, i, 1))
                    characters[i] = FinalSigma;
            }

            lower = new string(characters);
        }

        return JinjaTextMethods.Convert(text, text.Text.Contains(Dotted)
            ? lower.Replace(Dotted.ToString(), "i\u0307", StringComparison.Ordinal)
            : lower);
    }

    /// <summary>What the filter <c>title</c> does: the first letter behind blanks, dashes and opening brackets in upper case.</summary>
    public static MarkedText TitleWords(MarkedText text)
    {
        JinjaBudget.ChargeCharacters(text.Length);
        var result = new MarkedText.Builder();
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            while (i < text.Length && !IsBeginning(text.Text[i]))
                i++;
            if (i > start)
                result.Append(JinjaTextMethods.Capitalize(text.Slice(start, i - start)));
            start = i;
            while (i < text.Length && IsBeginning(text.Text[i]))
                i++;
            result.Append(text.Slice(start, i - start));
        }

        return result.ToMarkedText();
    }

    private static bool IsBeginning(char character) => character is '-' or '(' or '{' or '[' or '<' || JinjaText.IsSpace(character);

    private static bool IsCased(string text, int at, int step)
    {
        for (at += step; at >= 0 && at < text.Length; at += step)
        {
            if (char.IsLetter(text[at]))
                return char.IsUpper(text[at]) || char.IsLower(text[at]);
            if (text[at] is not ('\'' or '.' or ':' or '\u2019' or '\u00AD') && !IsMark(text[at]))
                return false;
        }

        return false;
    }

    private static bool IsMark(char character) => char.GetUnicodeCategory(character) is System.Globalization.UnicodeCategory.NonSpacingMark
        or System.Globalization.UnicodeCategory.EnclosingMark or System.Globalization.UnicodeCategory.Format;
}
