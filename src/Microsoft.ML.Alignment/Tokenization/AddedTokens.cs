using System.Buffers;
using System.Globalization;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>A token that is found in the text before the model splits it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Whether it controls the model: never recognised in text of others, left out when decoding for reading.</param>
internal sealed record AddedToken(int Id, string Content, bool IsSpecial)
{
    /// <summary>Whether it must not touch a word character.</summary>
    public bool IsSingleWord { get; init; }
    /// <summary>Whether it takes the white space before it.</summary>
    public bool StripsLeft { get; init; }
    /// <summary>Whether it takes the white space behind it.</summary>
    public bool StripsRight { get; init; }
    /// <summary>Whether it is looked for in the normalized text.</summary>
    public bool IsNormalized { get; init; }
}

/// <summary>A part of a text: an added token, or what lies between two.</summary>
/// <param name="Start">Its first character.</param>
/// <param name="End">Behind its last character.</param>
/// <param name="Id">The token's id; null for other text.</param>
internal readonly record struct TextSegment(int Start, int End, int? Id);

/// <summary>Finds added tokens: the leftmost, of those the longest.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<char, (AddedToken Token, string Pattern)[]> _byFirst;
    private readonly SearchValues<char> _firsts;

    /// <param name="tokens">The tokens, each with what it looks like in the searched text.</param>
    public AddedTokens(IEnumerable<(AddedToken Token, string Pattern)> tokens)
    {
        _byFirst = tokens.Where(token => token.Pattern.Length > 0)
            .GroupBy(token => token.Pattern[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Pattern.Length).ToArray());
        _firsts = SearchValues.Create([.. _byFirst.Keys]);
    }

    /// <summary>Cuts a text at the tokens in it; special ones count only where the text is trusted.</summary>
    public List<TextSegment> Split(MarkedText text)
    {
        var segments = new List<TextSegment>();
        var covered = 0;
        for (var from = 0; Find(text, from) is { } match; from = match.Start + match.Pattern.Length)
        {
            var (start, end) = (match.Start, match.Start + match.Pattern.Length);
            if (match.Token.IsSingleWord && (EndsWithWord(text.Text.AsSpan(0, start)) || StartsWithWord(text.Text.AsSpan(end))))
                continue;
            if (match.Token.StripsLeft)
                start = Math.Max(text.Text.AsSpan(0, start).TrimEnd().Length, covered);
            if (match.Token.StripsRight)
                end = text.Length - text.Text.AsSpan(end).TrimStart().Length;
            if (covered < start)
                segments.Add(new TextSegment(covered, start, null));
            segments.Add(new TextSegment(start, end, match.Token.Id));
            covered = end;
        }

        if (covered < text.Length)
            segments.Add(new TextSegment(covered, text.Length, null));
        return segments;
    }

    private (AddedToken Token, string Pattern, int Start)? Find(MarkedText text, int from)
    {
        for (var at = from; at < text.Length; at++)
        {
            var skipped = text.Text.AsSpan(at).IndexOfAny(_firsts);
            if (skipped < 0)
                return null;
            at += skipped;
            var rest = text.Text.AsSpan(at);
            foreach (var (token, pattern) in _byFirst[rest[0]])
            {
                if (rest.StartsWith(pattern, StringComparison.Ordinal) && (!token.IsSpecial || text.IsTrustedAt(at, at + pattern.Length)))
                    return (token, pattern, at);
            }
        }

        return null;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) => text.Length > 0 && IsWord(
        text.Length > 1 && char.IsSurrogatePair(text[^2], text[^1]) ? char.ConvertToUtf32(text[^2], text[^1]) : text[^1]);

    private static bool StartsWithWord(ReadOnlySpan<char> text) => text.Length > 0 && IsWord(
        text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? char.ConvertToUtf32(text[0], text[1]) : text[0]);

    private static bool IsWord(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        <= UnicodeCategory.LetterNumber => true,
        UnicodeCategory.ConnectorPunctuation => true,
        _ => codePoint is 0x200C or 0x200D,
    };
}
