namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>What the methods of strings do.</summary>
internal static class JinjaTextMethods
{
    /// <summary>A text whose characters were converted one by one, or not traceably.</summary>
    public static MarkedText Convert(MarkedText text, string converted) => converted.Length == text.Length
        ? text.WithCharacters(converted)
        : text.Derive(converted);

    /// <summary>The first letter in upper case, the rest in lower case.</summary>
    public static MarkedText Capitalize(MarkedText text) => text.Length == 0
        ? text
        : Convert(text, text.Text[..1].ToUpperInvariant() + text.Text[1..].ToLowerInvariant());

    /// <summary>Each letter behind something else than a letter in upper case, the others in lower case.</summary>
    public static MarkedText Title(MarkedText text) => Convert(text, string.Create(text.Length, text.Text, static (title, source) =>
    {
        for (var i = 0; i < title.Length; i++)
            title[i] = i > 0 && char.IsLetter(source[i - 1]) ? char.ToLowerInvariant(source[i]) : char.ToUpperInvariant(source[i]);
    }));

    /// <summary>Replaces; an empty <paramref name="old"/> is before every character.</summary>
    public static MarkedText Replace(MarkedText text, MarkedText old, MarkedText with, int limit)
    {
        var count = limit < 0 ? int.MaxValue : limit;
        if (old.Length == 0)
            throw new JinjaFailure("replace() of an empty string is not supported.");
        var found = Math.Min(Count(text, old), count);
        JinjaLimits.CheckCharacters(text.Length + (found * (with.Length - old.Length)));
        return text.Replace(old.Text, with, count);
    }

    /// <summary>How often a part occurs, without overlap.</summary>
    public static long Count(MarkedText text, MarkedText part) => part.Length == 0
        ? JinjaText.Length(text) + 1
        : text.Text.AsSpan().Count(part.Text);

    /// <summary>A position in code points; -1 stays.</summary>
    public static long Find(MarkedText text, int position) => position < 0 ? -1 : JinjaText.Length(text.Slice(0, position));

    /// <summary>Whether one affix, or any of a tuple of them, fits.</summary>
    public static bool AnyAffix(object? affix, Func<string, bool> fits)
    {
        IReadOnlyList<object?> affixes = affix is JinjaTuple tuple ? tuple.Items : [affix];
        return affixes.Any(item => item is MarkedText text ? fits(text.Text) : throw JinjaOperators.Unless(
            item, null, $"startswith() and endswith() need a string or a tuple of strings, not {JinjaOperators.TypeName(item)}."));
    }

    /// <summary>The parts between separators, or between runs of white space.</summary>
    public static List<object?> Split(MarkedText text, JinjaArguments arguments, bool fromEnd)
    {
        var limit = arguments.Integer(1, "maxsplit", -1);
        var most = limit < 0 ? int.MaxValue : limit;
        if (arguments.Get(0, "sep") is not MarkedText separator)
            return SplitAtSpaces(text, most, fromEnd);
        if (separator.Length == 0)
            throw new JinjaFailure("empty separator.");
        return fromEnd ? SplitFromEnd(text, separator.Text, most) : SplitFromStart(text, separator.Text, most);
    }

    /// <summary>The number of parts between runs of white space.</summary>
    public static long CountWords(MarkedText text) => SplitAtSpaces(text, int.MaxValue, fromEnd: false).Count;

    /// <summary>The lines.</summary>
    public static List<object?> SplitLines(MarkedText text, bool keepsEnds)
    {
        var lines = new List<object?>();
        for (var start = 0; start < text.Length;)
        {
            var found = text.Text.AsSpan(start).IndexOfAny('\n', '\r');
            var end = found < 0 ? text.Length : start + found;
            var next = end;
            if (next < text.Length)
                next += text.Text.AsSpan(end).StartsWith("\r\n", StringComparison.Ordinal) ? 2 : 1;
            lines.Add(text.Slice(start, (keepsEnds ? next : end) - start));
            start = next;
        }

        return lines;
    }

    /// <summary>What is before a separator, it, and what is behind it.</summary>
    public static JinjaTuple Partition(MarkedText text, MarkedText separator, bool fromEnd)
    {
        if (separator.Length == 0)
            throw new JinjaFailure("empty separator.");
        var at = fromEnd
            ? text.Text.LastIndexOf(separator.Text, StringComparison.Ordinal)
            : text.Text.IndexOf(separator.Text, StringComparison.Ordinal);
        if (at < 0)
            return fromEnd
                ? new JinjaTuple([MarkedText.Empty, MarkedText.Empty, text])
                : new JinjaTuple([text, MarkedText.Empty, MarkedText.Empty]);
        return new JinjaTuple([text.Slice(0, at), text.Slice(at, separator.Length), text.Slice(at + separator.Length)]);
    }

    private static List<object?> SplitFromStart(MarkedText text, string separator, int most)
    {
        var parts = new List<object?>();
        var start = 0;
        while (parts.Count < most && text.Text.IndexOf(separator, start, StringComparison.Ordinal) is >= 0 and var at)
        {
            parts.Add(text.Slice(start, at - start));
            start = at + separator.Length;
        }

        parts.Add(text.Slice(start));
        return parts;
    }

    private static List<object?> SplitFromEnd(MarkedText text, string separator, int most)
    {
        var parts = new List<object?>();
        var end = text.Length;
        while (parts.Count < most && text.Text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal) is >= 0 and var at)
        {
            parts.Add(text.Slice(at + separator.Length, end - at - separator.Length));
            end = at;
        }

        parts.Add(text.Slice(0, end));
        parts.Reverse();
        return parts;
    }

    private static List<object?> SplitAtSpaces(MarkedText text, int most, bool fromEnd)
    {
        var parts = new List<object?>();
        var rest = text.Trim(JinjaText.IsSpace);
        while (rest.Length > 0)
        {
            var at = parts.Count == most ? -1 : fromEnd ? LastSpace(rest.Text) : FirstSpace(rest.Text);
            if (at < 0)
            {
                parts.Add(rest);
                break;
            }

            parts.Add(fromEnd ? rest.Slice(at + 1) : rest.Slice(0, at));
            rest = (fromEnd ? rest.Slice(0, at) : rest.Slice(at)).Trim(JinjaText.IsSpace, atStart: !fromEnd, atEnd: fromEnd);
        }

        if (fromEnd)
            parts.Reverse();
        return parts;
    }

    private static int FirstSpace(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (JinjaText.IsSpace(text[i]))
                return i;
        }

        return -1;
    }

    private static int LastSpace(string text)
    {
        var i = text.Length - 1;
        while (i >= 0 && !JinjaText.IsSpace(text[i]))
            i--;
        return i;
    }
}
