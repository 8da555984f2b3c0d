using System.Buffers;
using System.Globalization;
using Microsoft.ML.Alignment.Tokenization.Jinja;

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

    /// <summary>
    /// Whether text of others never becomes it: a special token, and one that looks like a tag (<c>&lt;think&gt;</c>, <c>[TOOL]</c>),
    /// which templates write. Other added tokens are words that the vocabulary got later.
    /// </summary>
    public bool IsMarkup => IsSpecial || Content is ['<', .., '>'] or ['[', .., ']'];
}

/// <summary>A part of a text: an added token, or what lies between two.</summary>
/// <param name="Start">Its first character.</param>
/// <param name="End">Behind its last character.</param>
/// <param name="Id">The token's id; null for other text.</param>
internal readonly record struct TextSegment(int Start, int End, int? Id);

/// <summary>Finds added tokens: the leftmost, of those the longest.</summary>
internal sealed class AddedTokens
{
    private readonly CharacterTree<AddedToken?> _tree = new(null);
    private readonly SearchValues<char> _firsts;

    /// <param name="tokens">The tokens, each with what it looks like in the searched text.</param>
    public AddedTokens(IEnumerable<(AddedToken Token, string Pattern)> tokens)
    {
        var firsts = new HashSet<char>();
        foreach (var (token, pattern) in tokens.Where(token => token.Pattern.Length > 0))
        {
            firsts.Add(pattern[0]);
            _tree[_tree.Insert(pattern)] ??= token;
        }

        _firsts = SearchValues.Create([.. firsts]);
    }

    /// <summary>Cuts a text at the tokens in it; markup counts only where the text is trusted.</summary>
    public List<TextSegment> Split(MarkedText text)
    {
        var segments = new List<TextSegment>();
        var covered = 0;
        for (var from = 0; Find(text, from) is { } match; from = match.End)
        {
            var (start, end) = (match.Start, match.End);
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

    private (AddedToken Token, int Start, int End)? Find(MarkedText text, int from)
    {
        for (var at = from; at < text.Length; at++)
        {
            var skipped = text.Text.AsSpan(at).IndexOfAny(_firsts);
            if (skipped < 0)
                return null;
            at += skipped;
            if (LongestAt(text, at) is { } found)
                return (found.Token, at, found.End);
        }

        return null;
    }

    private (AddedToken Token, int End)? LongestAt(MarkedText text, int start)
    {
        (AddedToken, int)? longest = null;
        var node = 0;
        for (var end = start; end < text.Length && _tree.TryStep(ref node, text.Text[end]);)
        {
            end++;
            if (_tree[node] is { } token && (!token.IsMarkup || text.IsTrustedAt(start, end)))
                longest = (token, end);
        }

        return longest;
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
