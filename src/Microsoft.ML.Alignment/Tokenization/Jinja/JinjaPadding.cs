namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Texts filled up to a width, as Python does.</summary>
internal static class JinjaPadding
{
    /// <summary>Zeros behind the sign.</summary>
    public static MarkedText ZeroFill(MarkedText text, int width)
    {
        var sign = text.Text is ['+' or '-', ..] ? 1 : 0;
        return text.Slice(0, sign) + Fill(width - JinjaText.Length(text), Zero) + text.Slice(sign);
    }

    /// <summary>In the middle; where it cannot be, to the left or right as Python has it.</summary>
    public static MarkedText Center(MarkedText text, int width, object? fill)
    {
        var missing = Math.Max(width - JinjaText.Length(text), 0);
        var left = (missing / 2) + (missing & width & 1);
        return Fill(left, Character(fill)) + text + Fill(missing - left, Character(fill));
    }

    /// <summary>To the left or right.</summary>
    public static MarkedText Pad(MarkedText text, int width, object? fill, bool atStart)
    {
        var padding = Fill(width - JinjaText.Length(text), Character(fill));
        return atStart ? padding + text : text + padding;
    }

    private static readonly MarkedText Zero = MarkedText.Trusted("0");

    private static MarkedText Character(object? fill) => fill switch
    {
        null => MarkedText.Trusted(" "),
        MarkedText text when JinjaText.Length(text) == 1 => text,
        _ => throw new JinjaFailure("the fill character must be exactly one character long."),
    };

    private static MarkedText Fill(int count, MarkedText with) => (MarkedText)JinjaOperators.Compute("*", with, (long)count)!;
}
