namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>The alphabet in which byte-level vocabularies write bytes: one printable character for each of the 256 bytes.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharacterOfByte = MakeCharacters();
    private static readonly short[] ByteOfCharacter = Invert(CharacterOfByte);

    /// <summary>The character that stands for a byte.</summary>
    public static char CharacterOf(byte value) => CharacterOfByte[value];

    /// <summary>The byte that a character stands for; -1 if it stands for none.</summary>
    public static int ByteOf(char character) => character < ByteOfCharacter.Length ? ByteOfCharacter[character] : -1;

    private static char[] MakeCharacters()
    {
        var characters = new char[256];
        var next = 256;
        for (var value = 0; value < characters.Length; value++)
            characters[value] = IsPrintable(value) ? (char)value : (char)next++;
        return characters;
    }

    private static bool IsPrintable(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);

    private static short[] Invert(char[] characters)
    {
        var bytes = new short[characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < characters.Length; value++)
            bytes[characters[value]] = (short)value;
        return bytes;
    }
}
