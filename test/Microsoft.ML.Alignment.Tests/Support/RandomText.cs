using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Random strings from all of Unicode: runs of one script, white space, marks, digits, controls, words, added tokens.</summary>
internal static class RandomText
{
    private static readonly string[] Words =
    [
        "the", "school", "Don't", "I'LL", "they've", "'S", "HTTPServer", "fooBar", "x=1;", "1234567", "3.14", "\r\n", "\n\n", "   ", "\t", "e\u0301", "\u1E69\u0323",
        "\uAC00\u11A8", "\u2126", "\uFB01", "\u0130", "\u017F", "\u212A", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\U0001F1E9\U0001F1EA", "\u2581", "\u00A0", "\u3000", "\u0085",
        "\u4E2D\u6587", "\u3053\u3093", "\u0645\u0631\u062D\u0628\u0627", "\u0928\u092E\u0938\u094D\u0924\u0947", "https://a.b/c?d=e&f", "</s>", "\u200B", "\uFEFF", "\uFFFD",
    ];

    /// <summary>The next text.</summary>
    public static string Next(Random random, ModelTokenizer tokenizer)
    {
        var text = new StringBuilder();
        for (var parts = random.Next(1, 12); parts > 0; parts--)
        {
            switch (random.Next(5))
            {
                case 0:
                    text.Append(Words[random.Next(Words.Length)]);
                    break;
                case 1:
                    var near = Character(random).Value;
                    for (var length = random.Next(1, 8); length > 0; length--)
                        Append(text, near + random.Next(-12, 12));
                    break;
                case 2:
                    text.Append((char)random.Next(0x20, 0x7F));
                    break;
                case 3:
                    text.Append(tokenizer.TokenOf(random.Next(tokenizer.VocabularySize)));
                    break;
                default:
                    text.Append(Character(random).ToString());
                    break;
            }

            if (random.Next(3) == 0)
                text.Append(' ');
        }

        return text.ToString();
    }

    private static Rune Character(Random random)
    {
        while (true)
        {
            // Half of them from the first two planes' letters, the others from anywhere.
            var value = random.Next(4) switch { 0 => random.Next(0x250), 1 => random.Next(0x3000), 2 => random.Next(0x20000), _ => random.Next(0x110000) };
            if (Rune.TryCreate(value, out var rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.OtherNotAssigned)
                return rune;
        }
    }

    private static void Append(StringBuilder text, int value)
    {
        if (Rune.TryCreate(value, out var rune))
            text.Append(rune.ToString());
    }
}
