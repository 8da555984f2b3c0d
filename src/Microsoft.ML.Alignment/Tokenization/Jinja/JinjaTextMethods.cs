using System.Buffers;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>What the methods of strings do.</summary>
internal static class JinjaTextMethods
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029");

    /// <summary>A text whose characters were converted one by one, or not traceably.</summary>
    public static MarkedText Convert(MarkedText text, string converted) => converted.Length == text.Length
        ? text.WithCharacters(converted)
        : text.Derive(converted);

    /// <summary>The characters of a text that is about to be searched.</summary>
    public static string Search(MarkedText text)
    {
        JinjaBudget.ChargeCharacters(text.Length);
        return text.Text;
    }

    /// <summary>Replaces; an empty <paramref name="old"/> is before every character.</summary>
    public static MarkedText Replace(MarkedText text, MarkedText old, MarkedText with, int limit)
    {
        var count = limit < 0 ? int.MaxValue : limit;
        if (old.Length == 0)
            throw new JinjaFailure("replace() of an empty string is not supported.");
        var found = Math.Min(Count(text, old), count);
        var length = text.Length + (found * (with.Length - old.Length));
        JinjaLimits.CheckCharacters(length);
        JinjaBudget.ChargeCharacters(length + (found * JinjaLimits.CharactersOfItem));
        return text.Replace(old.Text, with, count);
    }

    /// <summary>How often a part occurs, without overlap.</summary>
    public static long Count(MarkedText text, MarkedText part) => part.Length == 0
        ? JinjaText.Length(text) + 1
        : text.Text.AsSpan().Count(part.Text);

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
    public static long CountWords(MarkedText text)
    {
        var words = 0L;
        var isInWord = false;
        foreach (var character in Search(text))
        {
            var isWord = !JinjaText.IsSpace(character);
            words += isWord && !isInWord ? 1 : 0;
            isInWord = isWord;
        }

        return words;
    }

    /// <summary>The lines.</summary>
    public static List<object?> SplitLines(MarkedText text, bool keepsEnds)
    {
        var lines = new List<object?>();
        for (var start = 0; start < text.Length;)
        {
            var found = text.Text.AsSpan(start).IndexOfAny(LineEnds);
            var end = found < 0 ? text.Length : start + found;
            var next = end;
            if (next < text.Length)
                next += text.Text.AsSpan(end).StartsWith("\r\n", StringComparison.Ordinal) ? 2 : 1;
            AddPart(lines, text.Slice(start, (keepsEnds ? next : end) - start));
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
            AddPart(parts, text.Slice(start, at - start));
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
            AddPart(parts, text.Slice(at + separator.Length, end - at - separator.Length));
            end = at;
        }

        parts.Add(text.Slice(0, end));
        parts.Reverse();
        return parts;
    }

    // The rest behind the last allowed cut keeps the white space at its far end, as Python's does.
    private static List<object?> SplitAtSpaces(MarkedText text, int most, bool fromEnd)
    {
        var parts = new List<object?>();
        var (start, end) = (0, text.Length);
        while (true)
        {
            if (fromEnd)
                end = SkipBack(text.Text, start, end, isSpace: true);
            else
                start = Skip(text.Text, start, end, isSpace: true);
            if (start == end)
                break;
            if (parts.Count == most)
            {
                AddPart(parts, text.Slice(start, end - start));
                break;
            }

            var cut = fromEnd ? SkipBack(text.Text, start, end, isSpace: false) : Skip(text.Text, start, end, isSpace: false);
            AddPart(parts, fromEnd ? text.Slice(cut, end - cut) : text.Slice(start, cut - start));
            (start, end) = fromEnd ? (start, cut) : (cut, end);
        }

        if (fromEnd)
            parts.Reverse();
        return parts;
    }

    private static void AddPart(List<object?> parts, MarkedText part)
    {
        JinjaLimits.CheckItems(parts.Count + 1L);
        JinjaBudget.ChargeItems(1);
        JinjaBudget.ChargeCharacters(part.Length);
        parts.Add(part);
    }

    private static int Skip(string text, int start, int end, bool isSpace)
    {
        while (start < end && JinjaText.IsSpace(text[start]) == isSpace)
            start++;
        return start;
    }

    private static int SkipBack(string text, int start, int end, bool isSpace)
    {
        while (end > start && JinjaText.IsSpace(text[end - 1]) == isSpace)
            end--;
        return end;
    }
}
