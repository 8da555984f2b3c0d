using System.Globalization;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>What the splitting patterns of tokenizers ask of a character.</summary>
internal enum CharacterKind : byte
{
    /// <summary>None of the others.</summary>
    Other,
    /// <summary><c>\p{L}</c></summary>
    Letter,
    /// <summary><c>\p{N}</c></summary>
    Number,
    /// <summary><c>\s</c></summary>
    Space,
}

/// <summary>Kinds of characters, code point by code point (.NET's own regular expressions see halves of surrogate pairs).</summary>
internal static class CharacterKinds
{
    private static readonly CharacterKind[] OfCharacter = MakeTable();

    /// <summary>The kind of the code point at <paramref name="index"/> and its number of UTF-16 characters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CharacterKind At(ReadOnlySpan<char> text, int index, out int length)
    {
        var character = text[index];
        if (char.IsHighSurrogate(character) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return KindOf(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(character, text[index + 1])));
        }

        length = 1;
        return OfCharacter[character];
    }

    /// <summary>The end of the run of one kind that starts at <paramref name="index"/>.</summary>
    public static int EndOfRun(ReadOnlySpan<char> text, int index, CharacterKind kind)
    {
        while (index < text.Length && At(text, index, out var length) == kind)
            index += length;
        return index;
    }

    private static CharacterKind[] MakeTable()
    {
        var kinds = new CharacterKind[char.MaxValue + 1];
        for (var i = 0; i < kinds.Length; i++)
            kinds[i] = char.IsWhiteSpace((char)i) ? CharacterKind.Space : KindOf(char.GetUnicodeCategory((char)i));
        return kinds;
    }

    private static CharacterKind KindOf(UnicodeCategory category) => category switch
    {
        <= UnicodeCategory.OtherLetter => CharacterKind.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterKind.Number,
        _ => CharacterKind.Other,
    };
}
