using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Texts as numbers, as Python's <c>int</c> and <c>float</c> read them.</summary>
internal static class JinjaNumbers
{
    private const int LongestNumber = 4300;

    /// <summary>A whole number in a base from 2 to 36, or 0: as the prefix says; null if it is none.</summary>
    public static long? Whole(string text, int numberBase)
    {
        if (numberBase is not (0 or (>= 2 and <= 36)))
            return null;
        var digits = text.AsSpan().Trim();
        var isNegative = digits is ['-', ..];
        digits = digits is ['-' or '+', ..] ? digits[1..] : digits;
        var prefixed = digits is ['0', var letter, ..] ? char.ToLowerInvariant(letter) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefixed > 0 && (numberBase == 0 || numberBase == prefixed))
        {
            numberBase = prefixed;
            digits = digits is [_, _, '_', ..] ? digits[3..] : digits[2..];
        }
        else if (numberBase == 0)
        {
            if (digits is ['0', ..] && digits.TrimStart("0_").Length > 0)
                return null;
            numberBase = 10;
        }

        return Digits(digits, numberBase) is { } whole ? Fitting(isNegative ? -whole : whole) : null;
    }

    /// <summary>A number with a fraction; null if it is none.</summary>
    public static double? Fraction(string text)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var trimmed = text.Trim();
        var unsigned = trimmed.TrimStart('+', '-').ToLowerInvariant();
        if (unsigned is "inf" or "infinity" or "nan" && trimmed.Length - unsigned.Length <= 1)
            return unsigned == "nan" ? double.NaN : trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        if (unsigned.Length == 0 || !(char.IsDigit(unsigned[0]) || unsigned[0] == '.'))
            return null;
        var ascii = string.Concat(trimmed.Select((character, i) => Digit(trimmed, i, character)));
        return double.TryParse(ascii, Style, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>A number without its fraction; null for what has none.</summary>
    /// <exception cref="JinjaFailure">It has more than 64 bits.</exception>
    public static long? Truncate(double? number) =>
        number is { } known && double.IsFinite(known) ? Fitting(new BigInteger(Math.Truncate(known))) : null;

    private static long Fitting(BigInteger whole) => whole >= long.MinValue && whole <= long.MaxValue
        ? (long)whole
        : throw new JinjaFailure($"{whole} is too large; whole numbers have 64 bits.");

    private static BigInteger? Digits(ReadOnlySpan<char> digits, int numberBase)
    {
        if (digits.Length is 0 or > LongestNumber || digits[0] == '_' || digits[^1] == '_' || digits.IndexOf("__") >= 0)
            return null;
        var result = BigInteger.Zero;
        foreach (var digit in digits)
        {
            if (digit == '_')
                continue;
            var value = char.IsAsciiLetter(digit) ? char.ToLowerInvariant(digit) - 'a' + 10 : CharUnicodeInfo.GetDecimalDigitValue(digit);
            if (value < 0 || value >= numberBase)
                return null;
            result = (result * numberBase) + value;
        }

        return result;
    }

    // Digits of any script count, and a '_' between two digits does not.
    private static string Digit(string text, int at, char character)
    {
        if (character == '_' && at > 0 && at + 1 < text.Length && char.IsDigit(text[at - 1]) && char.IsDigit(text[at + 1]))
            return "";
        return char.IsDigit(character) ? ((char)('0' + CharUnicodeInfo.GetDecimalDigitValue(character))).ToString() : character.ToString();
    }
}
