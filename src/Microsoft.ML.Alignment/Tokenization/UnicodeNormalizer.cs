using System.Buffers;
using System.Text;
using Microsoft.ML.Alignment.Tokenization.Jinja;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Unicode normalization, as Hugging Face's tokenizers do it.</summary>
/// <remarks>
/// Their tables are those of an older Unicode. Characters that got a decomposition or a combining class later stay where and what they are, and so
/// does U+FFFE, which .NET refuses to normalize.
/// </remarks>
internal sealed class UnicodeNormalizer : TextNormalizer
{
    // Of Unicode 10 and later; first and last of each run.
    private static readonly int[] Inert =
    [
        0x7FD, 0x7FD, 0x897, 0x89F, 0x8CA, 0x8D3, 0x9FE, 0x9FE, 0xC3C, 0xC3C, 0xD3B, 0xD3C, 0xEBA, 0xEBA, 0x1715, 0x1715, 0x1ABF, 0x1ACE,
        0x1DF6, 0x1DFA, 0x32FF, 0x32FF, 0xA7F2, 0xA7F4, 0xA82C, 0xA82C, 0xAB69, 0xAB69, 0xFFFE, 0xFFFE, 0x105C9, 0x105C9, 0x105E4, 0x105E4,
        0x10781, 0x10785, 0x10787, 0x107B0, 0x107B2, 0x107BA, 0x10D24, 0x10D27, 0x10D69, 0x10D6D, 0x10EAB, 0x10EAC, 0x10EFD, 0x10EFF,
        0x10F46, 0x10F50, 0x10F82, 0x10F85, 0x11070, 0x11070, 0x1133B, 0x1133B, 0x11380, 0x113E2, 0x1145E, 0x1145E, 0x11839, 0x1183A,
        0x11938, 0x11938, 0x1193D, 0x1193E, 0x11943, 0x11943, 0x119E0, 0x119E0, 0x11A34, 0x11A34, 0x11A47, 0x11A47, 0x11A99, 0x11A99,
        0x11D42, 0x11D42, 0x11D44, 0x11D45, 0x11D97, 0x11D97, 0x11F41, 0x11F42, 0x1611E, 0x1612F, 0x16D63, 0x16D6A, 0x16FF0, 0x16FF1,
        0x1CCD6, 0x1CCF9, 0x1E030, 0x1E06D, 0x1E08F, 0x1E08F, 0x1E130, 0x1E136, 0x1E2AE, 0x1E2AE, 0x1E2EC, 0x1E2EF, 0x1E4EC, 0x1E4EF,
        0x1E5EE, 0x1E5EF, 0x1F16C, 0x1F16C, 0x1FBF0, 0x1FBF9,
    ];

    private static readonly SearchValues<char> Candidates = MakeCandidates();

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
        // What no form changes.
        const char LastOfAll = '\u007F', LastOfFormC = '\u02FF';
        if (!text.Text.AsSpan().ContainsAnyExceptInRange('\0', _form == NormalizationForm.FormC ? LastOfFormC : LastOfAll))
            return text;
        var wellFormed = ReplaceLoneSurrogates(text.Text);
        var normalized = Normalize(wellFormed);
        return normalized == wellFormed ? text.WithCharacters(wellFormed) : text.Derive(normalized);
    }

    private string Normalize(string text)
    {
        var at = NextInert(text, 0);
        if (at == text.Length)
            return NormalizePart(text);
        var result = new StringBuilder(text.Length);
        var from = 0;
        for (; at < text.Length; at = NextInert(text, from))
        {
            var length = char.IsHighSurrogate(text[at]) ? 2 : 1;
            result.Append(NormalizePart(text[from..at])).Append(text, at, length);
            from = at + length;
        }

        return result.Append(NormalizePart(text[from..])).ToString();
    }

    private string NormalizePart(string part) => CanonicalOrder.OfLongRuns(part).Normalize(_form);

    private static int NextInert(string text, int from)
    {
        for (; from < text.Length; from++)
        {
            var found = text.AsSpan(from).IndexOfAny(Candidates);
            if (found < 0)
                break;
            from += found;
            if (IsInert(char.IsHighSurrogate(text[from]) ? char.ConvertToUtf32(text[from], text[from + 1]) : text[from]))
                return from;
        }

        return text.Length;
    }

    private static bool IsInert(int codePoint)
    {
        var at = Array.BinarySearch(Inert, codePoint);
        return at >= 0 || (~at & 1) == 1;
    }

    // The characters of the first plane, and the first halves of the others.
    private static SearchValues<char> MakeCandidates()
    {
        var candidates = new HashSet<char>();
        for (var i = 0; i < Inert.Length; i += 2)
        {
            for (var codePoint = Inert[i]; codePoint <= Inert[i + 1]; codePoint++)
                candidates.Add(char.ConvertFromUtf32(codePoint)[0]);
        }

        return SearchValues.Create([.. candidates]);
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
