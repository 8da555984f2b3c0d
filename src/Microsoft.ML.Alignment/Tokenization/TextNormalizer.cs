using System.Text;
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
/// <param name="unlessThere">Whether a text that begins with it stays as it is.</param>
internal sealed class PrependNormalizer(string prefix, bool unlessThere) : TextNormalizer
{
    private readonly MarkedText _prefix = MarkedText.Trusted(prefix);

    /// <inheritdoc/>
    public override MarkedText Apply(MarkedText text, bool isContinuation) =>
        isContinuation || text.Length == 0 || (unlessThere && text.Text.StartsWith(_prefix.Text, StringComparison.Ordinal))
            ? text
            : _prefix + text;
}

/// <summary>Replaces one string by another.</summary>
internal sealed class ReplaceNormalizer(string old, string with) : TextNormalizer
{
    private const int Longest = 1 << 27;

    /// <inheritdoc/>
    public override MarkedText Apply(MarkedText text, bool isContinuation)
    {
        var length = text.Length + ((long)text.Text.AsSpan().Count(old) * (with.Length - old.Length));
        if (length > Longest)
        {
            throw new FormatException(
                $"tokenizer.json: the normalizer 'Replace' of '{old}' makes {length} characters of {text.Length}; at most {Longest} are " +
                "allowed. Shorten the text, or let replacements not build on each other.");
        }

        if (text.IsTrusted || old.Length != with.Length)
            return text.Replace(old, text.Derive(with));
        // Of equal length: the marks stay where they are.
        return text.WithCharacters(text.Text.Replace(old, with, StringComparison.Ordinal));
    }
}

/// <summary>Unicode normalization.</summary>
internal sealed class UnicodeNormalizer : TextNormalizer
{
    private readonly NormalizationForm _form;

    /// <param name="form">The form.</param>
    /// <exception cref="NotSupportedException">The process has no Unicode data (<c>InvariantGlobalization</c>), so that nothing would be
    /// normalized.</exception>
    public UnicodeNormalizer(NormalizationForm form)
    {
        const string Decomposed = "e\u0301", Composed = "\u00E9";
        if (Decomposed.Normalize(NormalizationForm.FormC) != Composed)
        {
            throw new NotSupportedException(
                $"tokenizer.json: its normalizer needs Unicode {form}, which .NET does not do where InvariantGlobalization is on. " +
                "Set it to false and install ICU.");
        }

        _form = form;
    }

    /// <inheritdoc/>
    public override MarkedText Apply(MarkedText text, bool isContinuation)
    {
        var wellFormed = CanonicalOrder.OfLongRuns(ReplaceLoneSurrogates(text.Text));
        if (wellFormed.Length != text.Length)
            return text.Derive(wellFormed.Normalize(_form));
        return wellFormed.IsNormalized(_form) ? text.WithCharacters(wellFormed) : text.Derive(wellFormed.Normalize(_form));
    }

    private static string ReplaceLoneSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            if (i + 1 < characters.Length && char.IsSurrogatePair(characters[i], characters[i + 1]))
                i++;
            else if (char.IsSurrogate(characters[i]))
                characters[i] = '\uFFFD';
        }

        return new string(characters);
    }
}
