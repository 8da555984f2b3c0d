namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Searches in texts, within the part that a start and an end name; positions are code points.</summary>
internal static class JinjaSearch
{
    /// <summary>Where a part is first or last; null if it is nowhere.</summary>
    public static long? Find(MarkedText text, JinjaArguments arguments, bool fromEnd)
    {
        var sought = arguments.Text(0, "sub").Text;
        if (Within(text, arguments) is not { } within)
            return null;
        var part = within.Part.Text;
        var at = fromEnd ? part.LastIndexOf(sought, StringComparison.Ordinal) : part.IndexOf(sought, StringComparison.Ordinal);
        return at < 0 ? null : within.Start + JinjaText.Length(within.Part.Slice(0, at));
    }

    /// <summary>How often a part occurs, without overlap.</summary>
    public static object? Count(MarkedText text, JinjaArguments arguments)
    {
        var sought = arguments.Text(0, "sub");
        return Within(text, arguments) is { } within ? JinjaTextMethods.Count(within.Part, sought) : 0L;
    }

    /// <summary>Whether one affix, or any of a tuple of them, fits.</summary>
    public static object? HasAffix(MarkedText text, JinjaArguments arguments, string name, Func<string, string, bool> fits)
    {
        var affix = arguments.Require(0, name);
        IReadOnlyList<object?> affixes = affix is JinjaTuple tuple ? tuple.Items : [affix];
        if (affixes.FirstOrDefault(item => item is not MarkedText) is var wrong && affixes.Any(item => item is not MarkedText))
        {
            throw JinjaOperators.Unless(
                wrong, null, $"startswith() and endswith() need a string or a tuple of strings, not {JinjaOperators.TypeName(wrong)}.");
        }

        return Within(text, arguments) is { } within && affixes.Any(item => fits(within.Part.Text, ((MarkedText)item!).Text));
    }

    // Null where the start lies behind the end of the text: there not even the empty string is found.
    private static (MarkedText Part, long Start)? Within(MarkedText text, JinjaArguments arguments)
    {
        if (arguments.Positional.Count < 2)
            return (text, 0);
        var (from, to) = (arguments.Get(1, "start"), arguments.Get(2, "end"));
        var part = (MarkedText)JinjaSequences.Slice(text, from, to, null);
        var length = JinjaText.Length(text);
        var start = JinjaOperators.AsInteger(from) ?? 0;
        start = start < 0 ? Math.Max(start + length, 0) : start;
        var end = JinjaOperators.AsInteger(to) ?? length;
        end = end < 0 ? Math.Max(end + length, 0) : Math.Min(end, length);
        return start > end ? null : (part, start);
    }
}
