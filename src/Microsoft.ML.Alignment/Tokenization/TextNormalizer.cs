using Microsoft.ML.Alignment.Tokenization.Jinja;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Rewrites the text between added tokens before it is split.</summary>
internal abstract class TextNormalizer
{
    /// <summary>Normalizes a part.</summary>
    /// <param name="text">The part.</param>
    /// <param name="isContinuation">Whether it continues a text that has been encoded before: nothing is put in front of it.</param>
    public abstract MarkedText Apply(MarkedText text, bool isContinuation);
}

/// <summary>One normalizer behind the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<TextNormalizer> normalizers) : TextNormalizer
{
    /// <inheritdoc/>
    public override MarkedText Apply(MarkedText text, bool isContinuation)
    {
        foreach (var normalizer in normalizers)
            text = normalizer.Apply(text, isContinuation);
        return text;
    }
}

/// <summary>Puts something in front of a text that is not empty.</summary>
/// <param name="prefix">What.</param>
internal sealed class PrependNormalizer(string prefix) : TextNormalizer
{
    private readonly MarkedText _prefix = MarkedText.Trusted(prefix);

    /// <inheritdoc/>
    public override MarkedText Apply(MarkedText text, bool isContinuation) =>
        isContinuation || text.Length == 0 ? text : _prefix + text;
}

/// <summary>Replaces one string by another.</summary>
internal sealed class ReplaceNormalizer(string old, string with) : TextNormalizer
{
    private const int Longest = 1 << 27;

    /// <inheritdoc/>
    public override MarkedText Apply(MarkedText text, bool isContinuation)
    {
        var length = text.Length + ((long)text.Text.AsSpan().Count(old) * (with.Length - old.Length));
        CheckLength(old, text.Length, length);
        if (text.IsTrusted || old.Length != with.Length)
            return text.Replace(old, text.Derive(with));
        // Of equal length: the marks stay where they are.
        return text.WithCharacters(text.Text.Replace(old, with, StringComparison.Ordinal));
    }

    /// <summary>Refuses to make a text that is too long.</summary>
    /// <exception cref="FormatException">It is.</exception>
    public static void CheckLength(string old, int before, long after)
    {
        if (after > Longest)
        {
            throw new FormatException(
                $"tokenizer.json: the normalizer 'Replace' of '{old}' makes {after} characters of {before}; at most {Longest} are " +
                "allowed. Shorten the text, or let replacements not build on each other.");
        }
    }
}

/// <summary>Replaces what a pattern finds.</summary>
/// <param name="pattern">The pattern.</param>
/// <param name="with">What is written in its place.</param>
internal sealed class RegexReplaceNormalizer(CodePointRegex pattern, string with) : TextNormalizer
{
    /// <inheritdoc/>
    public override MarkedText Apply(MarkedText text, bool isContinuation)
    {
        var found = pattern.Matches(text.Text);
        if (found.Count == 0)
            return text;
        ReplaceNormalizer.CheckLength(pattern.ToString(), text.Length, text.Length + ((long)found.Count * with.Length));
        var result = new MarkedText.Builder();
        var from = 0;
        foreach (var (start, end) in found)
        {
            result.Append(text.Slice(from, start - from)).Append(text.Slice(start, end - start).Derive(with));
            from = end;
        }

        return result.Append(text.Slice(from)).ToMarkedText();
    }
}
