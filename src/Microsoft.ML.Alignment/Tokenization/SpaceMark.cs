namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>
/// What a pre-tokenizer does to a text before it splits it: spaces are written as a mark, and the mark is put in front of a text that does not
/// begin with it.
/// </summary>
/// <param name="Mark">What is written for a space.</param>
/// <param name="Prefixes">In front of which parts, which added tokens separate, the mark is put.</param>
internal sealed record SpaceMark(char Mark, SpacePrefix Prefixes)
{
    /// <summary>The part, marked.</summary>
    /// <param name="part">The part.</param>
    /// <param name="isFirst">Whether the text begins with it.</param>
    /// <param name="isContinuation">Whether it continues a text that has been encoded before: nothing is put in front of it.</param>
    public string Apply(ReadOnlySpan<char> part, bool isFirst, bool isContinuation)
    {
        var isPrefixed = part.Length > 0 && part[0] != Mark && part[0] != ' ' && !isContinuation
            && (Prefixes == SpacePrefix.All || (Prefixes == SpacePrefix.First && isFirst));
        var marked = new char[part.Length + (isPrefixed ? 1 : 0)];
        if (isPrefixed)
            marked[0] = Mark;
        var rest = marked.AsSpan(isPrefixed ? 1 : 0);
        part.CopyTo(rest);
        rest.Replace(' ', Mark);
        return new string(marked);
    }
}

/// <summary>In front of which parts of a text a space is put.</summary>
internal enum SpacePrefix
{
    /// <summary>None.</summary>
    None,
    /// <summary>The text's beginning.</summary>
    First,
    /// <summary>Also those behind added tokens.</summary>
    All,
}
