using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>What Python's strings ask of a character, code point by code point.</summary>
internal static class JinjaLetters
{
    // Unicode's Other_Lowercase and Other_Uppercase: first and last of each run.
    private static readonly int[] OtherLower =
    [
        0xAA, 0xAA, 0xBA, 0xBA, 0x2B0, 0x2B8, 0x2C0, 0x2C1, 0x2E0, 0x2E4, 0x345, 0x345, 0x37A, 0x37A, 0x1D2C, 0x1D6A, 0x1D78, 0x1D78,
        0x1D9B, 0x1DBF, 0x2071, 0x2071, 0x207F, 0x207F, 0x2090, 0x209C, 0x2170, 0x217F, 0x24D0, 0x24E9, 0x2C7C, 0x2C7D, 0xA69C, 0xA69D,
        0xA770, 0xA770, 0xA7F8, 0xA7F9, 0xAB5C, 0xAB5F, 0x10780, 0x10780, 0x10783, 0x10785, 0x10787, 0x107B0, 0x107B2, 0x107BA,
    ];

    private static readonly int[] OtherUpper = [0x2160, 0x216F, 0x24B6, 0x24CF, 0x1F130, 0x1F149, 0x1F150, 0x1F169, 0x1F170, 0x1F189];

    /// <summary>A lower-case letter.</summary>
    public static bool IsLower(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.LowercaseLetter || IsIn(rune, OtherLower);

    /// <summary>An upper-case letter.</summary>
    public static bool IsUpper(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.UppercaseLetter || IsIn(rune, OtherUpper);

    /// <summary>A letter with a case.</summary>
    public static bool IsCased(Rune rune) =>
        IsLower(rune) || IsUpper(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;

    /// <summary>A character that does not end a word when a sigma asks where it stands.</summary>
    public static bool IsCaseIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol => true,
        _ => rune.Value is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027
            or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A,
    };

    /// <summary>A letter.</summary>
    public static bool IsAlphabetic(Rune rune) => Rune.GetUnicodeCategory(rune) <= UnicodeCategory.OtherLetter;

    /// <summary>A digit, also one that is written above or below.</summary>
    public static bool IsDigit(Rune rune) => CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0;

    /// <summary>A letter or a number.</summary>
    public static bool IsAlphanumeric(Rune rune) => IsAlphabetic(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>Whether a text has characters and each passes.</summary>
    public static bool All(MarkedText text, Func<Rune, bool> test)
    {
        foreach (var rune in text.Text.EnumerateRunes())
        {
            if (!test(rune))
                return false;
        }

        return text.Length > 0;
    }

    /// <summary>Whether a text has letters of one case and none of the others.</summary>
    public static bool IsAllOf(MarkedText text, Func<Rune, bool> wanted)
    {
        var found = false;
        foreach (var rune in text.Text.EnumerateRunes())
        {
            if (wanted(rune))
                found = true;
            else if (IsCased(rune))
                return false;
        }

        return found;
    }

    private static bool IsIn(Rune rune, int[] runs)
    {
        for (var i = 0; i < runs.Length && runs[i] <= rune.Value; i += 2)
        {
            if (rune.Value <= runs[i + 1])
                return true;
        }

        return false;
    }
}
