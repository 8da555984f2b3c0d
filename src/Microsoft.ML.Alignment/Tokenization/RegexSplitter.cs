namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Each match of a pattern is a piece, and so is what lies between matches.</summary>
/// <param name="pattern">The pattern.</param>
internal sealed class RegexSplitter(CodePointRegex pattern) : PieceSplitter
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, List<int> ends)
    {
        var last = 0;
        foreach (var (start, end) in pattern.Matches(text))
        {
            if (start > last)
                ends.Add(offset + start);
            ends.Add(offset + end);
            last = end;
        }

        if (last < text.Length)
            ends.Add(offset + text.Length);
    }
}
