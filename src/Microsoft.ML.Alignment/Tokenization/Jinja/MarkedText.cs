using System.Text;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>
/// Text that remembers which parts of it came from others: control tokens are recognised in trusted parts only.
/// </summary>
/// <remarks>
/// Every operation keeps the marks of the characters that it keeps, so that a rendered chat template knows where message contents lie.
/// </remarks>
internal sealed class MarkedText
{
    /// <summary>The empty text.</summary>
    public static readonly MarkedText Empty = new("", []);

    private readonly int[] _untrusted;

    private MarkedText(string text, int[] untrusted)
    {
        Text = text;
        _untrusted = untrusted;
    }

    /// <summary>Gets the characters.</summary>
    public string Text { get; }

    /// <summary>Gets the number of UTF-16 characters.</summary>
    public int Length => Text.Length;

    /// <summary>Gets whether every character is trusted.</summary>
    public bool IsTrusted => _untrusted.Length == 0;

    /// <summary>Text of ours.</summary>
    public static MarkedText Trusted(string text) => new(text, []);

    /// <summary>Text of others.</summary>
    public static MarkedText Untrusted(string text) => new(text, text.Length == 0 ? [] : [0, text.Length]);

    /// <summary>The result of an operation whose characters cannot be traced back: untrusted if anything in the source was.</summary>
    public MarkedText Derive(string text) => IsTrusted ? Trusted(text) : Untrusted(text);

    /// <summary>Whether no character of <c>[start, end)</c> came from others.</summary>
    public bool IsTrustedAt(int start, int end)
    {
        var next = FirstRangeEndingAfter(start);
        return next == _untrusted.Length || _untrusted[next] >= end;
    }

    /// <summary>The part from <paramref name="start"/> with <paramref name="length"/> characters.</summary>
    public MarkedText Slice(int start, int length)
    {
        if (length == Length)
            return this;
        var end = start + length;
        var ranges = new List<int>();
        for (var i = FirstRangeEndingAfter(start); i < _untrusted.Length && _untrusted[i] < end; i += 2)
        {
            ranges.Add(Math.Max(_untrusted[i], start) - start);
            ranges.Add(Math.Min(_untrusted[i + 1], end) - start);
        }

        return new MarkedText(Text.Substring(start, length), [.. ranges]);
    }

    /// <summary>The part from <paramref name="start"/> to the end.</summary>
    public MarkedText Slice(int start) => Slice(start, Length - start);

    /// <summary>This text without the characters at its ends that <paramref name="isTrimmed"/> accepts.</summary>
    public MarkedText Trim(Func<char, bool> isTrimmed, bool atStart = true, bool atEnd = true)
    {
        int start = 0, end = Length;
        while (atStart && start < end && isTrimmed(Text[start]))
            start++;
        while (atEnd && end > start && isTrimmed(Text[end - 1]))
            end--;
        return Slice(start, end - start);
    }

    /// <summary>This text with every (or the first <paramref name="limit"/>) <paramref name="old"/> replaced.</summary>
    public MarkedText Replace(string old, MarkedText with, int limit = int.MaxValue)
    {
        if (IsTrusted && with.IsTrusted && limit == int.MaxValue && old.Length > 0)
            return Trusted(Text.Replace(old, with.Text, StringComparison.Ordinal));
        var result = new Builder();
        var from = 0;
        for (; limit > 0 && Text.IndexOf(old, from, StringComparison.Ordinal) is >= 0 and var found && old.Length > 0; limit--)
        {
            result.Append(Slice(from, found - from)).Append(with);
            from = found + old.Length;
        }

        return result.Append(Slice(from)).ToMarkedText();
    }

    /// <summary>Other characters, as many, with the same marks.</summary>
    public MarkedText WithCharacters(string text) => new(text, _untrusted);

    /// <summary>Two texts, one behind the other.</summary>
    public static MarkedText operator +(MarkedText left, MarkedText right) => new Builder().Append(left).Append(right).ToMarkedText();

    /// <inheritdoc/>
    public override string ToString() => Text;

    private int FirstRangeEndingAfter(int position)
    {
        int low = 0, high = _untrusted.Length / 2;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_untrusted[(2 * middle) + 1] <= position)
                low = middle + 1;
            else
                high = middle;
        }

        return 2 * low;
    }

    /// <summary>Puts marked texts one behind the other in linear time.</summary>
    internal sealed class Builder
    {
        private readonly StringBuilder _text = new();
        private readonly List<int> _untrusted = [];

        /// <summary>The number of characters so far.</summary>
        public int Length => _text.Length;

        /// <summary>Adds a text.</summary>
        public Builder Append(MarkedText part)
        {
            for (var i = 0; i < part._untrusted.Length; i += 2)
            {
                var start = part._untrusted[i] + _text.Length;
                if (_untrusted.Count > 0 && _untrusted[^1] == start)
                    _untrusted.RemoveAt(_untrusted.Count - 1);
                else
                    _untrusted.Add(start);
                _untrusted.Add(part._untrusted[i + 1] + _text.Length);
            }

            _text.Append(part.Text);
            return this;
        }

        /// <summary>The whole.</summary>
        public MarkedText ToMarkedText() => new(_text.ToString(), [.. _untrusted]);
    }
}
