using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Upper, lower and title case as Python has them, which also changes the number of characters.</summary>
internal static class JinjaCasing
{
    private const int IotaBelow = 0x345;
    private const string IotaAbove = "\u0399";

    private static readonly Dictionary<int, string> Longer = new()
    {
        [0xDF] = "SS", [0x149] = "\u02BCN", [0x587] = "\u0535\u0552", [0x1E9A] = "A\u02BE", [0xFB00] = "FF", [0xFB01] = "FI", [0xFB02] = "FL",
        [0xFB03] = "FFI", [0xFB04] = "FFL", [0xFB05] = "ST", [0xFB06] = "ST", [0xFB13] = "\u0544\u0546", [0xFB14] = "\u0544\u0535",
        [0xFB15] = "\u0544\u053B", [0xFB16] = "\u054E\u0546", [0xFB17] = "\u0544\u053D",
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
            upper.Append(Upper(rune));
        return JinjaTextMethods.Convert(text, upper.ToString());
    }

    /// <summary>Lower case; a sigma at the end of a word is the final one.</summary>
    public static MarkedText Lower(MarkedText text) => JinjaTextMethods.Convert(text, Rewrite(text.Text, (_, _) => false));

    /// <summary>The first letter in title case, the rest in lower case.</summary>
    public static MarkedText Capitalize(MarkedText text) => JinjaTextMethods.Convert(text, Rewrite(text.Text, (at, _) => at == 0));

    /// <summary>Each letter behind something else than a letter with a case in title case, the others in lower case.</summary>
    public static MarkedText Title(MarkedText text) =>
        JinjaTextMethods.Convert(text, Rewrite(text.Text, (_, previous) => previous is not { } rune || !JinjaLetters.IsCased(rune)));

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
            {
                var first = char.IsSurrogatePair(text.Text, start) ? 2 : 1;
                result.Append(Upper(text.Slice(start, first))).Append(Lower(text.Slice(start + first, i - start - first)));
            }

            start = i;
            while (i < text.Length && IsBeginning(text.Text[i]))
                i++;
            result.Append(text.Slice(start, i - start));
        }

        return result.ToMarkedText();
    }

    private static bool IsBeginning(char character) => character is '-' or '(' or '{' or '[' or '<' || JinjaText.IsSpace(character);

    private static string Rewrite(string text, Func<int, Rune?, bool> isTitle)
    {
        if (text.Length > 0)
            JinjaLimits.CheckCharacters(2L * text.Length);
        JinjaBudget.ChargeCharacters(2L * text.Length);
        var result = new StringBuilder(text.Length);
        Rune? previous = null;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(isTitle(at, previous) ? Title(rune) : Lower(text, at, rune));
            previous = rune;
            at += rune.Utf16SequenceLength;
        }

        return result.ToString();
    }

    private static string Lower(string text, int at, Rune rune) => rune.Value switch
    {
        0x3A3 => FollowsCased(text, at) && !PrecedesCased(text, at + 1) ? "\u03C2" : "\u03C3",
        0x130 => "i\u0307",
        _ => Rune.ToLowerInvariant(rune).ToString(),
    };

    private static string Upper(Rune rune)
    {
        if (Longer.TryGetValue(rune.Value, out var longer))
            return longer;
        if (rune.Value == 0x131)
            return "I";
        if (rune.Value is 0x1F0 or 0x390 or 0x3B0 or (>= 0x1E96 and <= 0x1E99) or (>= 0x1F50 and <= 0x1FFF) && UpperOfParts(rune) is { } parts)
            return parts;
        return Rune.ToUpperInvariant(rune).ToString();
    }

    // Letters whose upper case does not exist as one character: that of their parts, an iota below them as a letter behind.
    private static string? UpperOfParts(Rune rune)
    {
        var parts = rune.ToString().Normalize(NormalizationForm.FormD).EnumerateRunes().ToList();
        var hasIota = parts.Remove(new Rune(IotaBelow));
        if (!hasIota && (parts.Count == 1 || Rune.ToUpperInvariant(rune) != rune
            || Rune.GetUnicodeCategory(rune) != UnicodeCategory.LowercaseLetter))
        {
            return null;
        }

        var upper = string.Concat(parts.Select(part => Rune.ToUpperInvariant(part).ToString()));
        return hasIota ? upper.Normalize(NormalizationForm.FormC) + IotaAbove : upper;
    }

    private static string Title(Rune rune)
    {
        switch (rune.Value)
        {
            case >= 0x1C4 and <= 0x1CC:
                return ((char)(((rune.Value - 0x1C4) / 3 * 3) + 0x1C5)).ToString();
            case >= 0x1F1 and <= 0x1F3:
                return "\u01F2";
            case (>= 0x10D0 and <= 0x10FF) or 0x149:
                return rune.Value == 0x149 ? Longer[0x149] : rune.ToString();
        }

        var simple = Rune.ToUpperInvariant(rune);
        var upper = Upper(rune);
        if (simple != rune || upper == simple.ToString() || Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter)
            return rune.Value == 0x131 ? "I" : simple.ToString();
        if (upper.EndsWith(IotaAbove, StringComparison.Ordinal) && rune.Value >= 0x1F50)
            return upper[..^1] + (char)IotaBelow;
        return upper[..1] + upper[1..].ToLowerInvariant();
    }

    private static bool FollowsCased(string text, int at)
    {
        while (at > 0 && Rune.DecodeLastFromUtf16(text.AsSpan(0, at), out var rune, out var length) == System.Buffers.OperationStatus.Done)
        {
            if (!JinjaLetters.IsCaseIgnorable(rune))
                return JinjaLetters.IsCased(rune);
            at -= length;
        }

        return false;
    }

    private static bool PrecedesCased(string text, int at)
    {
        while (at < text.Length && Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length) == System.Buffers.OperationStatus.Done)
        {
            if (!JinjaLetters.IsCaseIgnorable(rune))
                return JinjaLetters.IsCased(rune);
            at += length;
        }

        return false;
    }
}
