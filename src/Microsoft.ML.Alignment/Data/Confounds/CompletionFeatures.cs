using System.Text;

namespace Microsoft.ML.Alignment.Data.Confounds;

/// <summary>The features of one completion.</summary>
internal sealed class CompletionFeatures
{
    private static readonly int[] SuffixLengths = [16, 8, 4, 3, 2, 1];

    private readonly HashSet<CompletionFeature> _present = [];
    private readonly Dictionary<CompletionFeature, int> _amounts = [];

    /// <param name="text">The completion.</param>
    /// <param name="tokens">Texts of its tokens; none where no model is at hand.</param>
    public CompletionFeatures(string text, IEnumerable<string> tokens)
    {
        _present.UnionWith(tokens.Select(token => new CompletionFeature(FeatureKind.Token, token)));
        _amounts[new(FeatureKind.Length)] = text.Length;
        AddWords(text);
        foreach (var length in SuffixLengths.Where(length => length <= text.Length))
            _present.Add(new(FeatureKind.End, text[^length..]));
        foreach (var rune in text.EnumerateRunes())
            Count(rune);
    }

    /// <summary>What the two sides differ in: 1 where this side has it or more of it, -1 where the other has.</summary>
    public IEnumerable<(CompletionFeature Feature, int Sign)> Differences(CompletionFeatures other)
    {
        foreach (var feature in _present.Where(feature => !other._present.Contains(feature)))
            yield return (feature, 1);
        foreach (var feature in other._present.Where(feature => !_present.Contains(feature)))
            yield return (feature, -1);
        foreach (var feature in _amounts.Keys.Union(other._amounts.Keys))
        {
            if (Math.Sign(_amounts.GetValueOrDefault(feature) - other._amounts.GetValueOrDefault(feature)) is not 0 and var sign)
                yield return (feature, sign);
        }
    }

    private void AddWords(string text)
    {
        var first = true;
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && IsInWord(text, i))
            {
                start = start < 0 ? i : start;
                continue;
            }

            if (start < 0)
                continue;
            var word = text[start..i];
            _present.Add(new(FeatureKind.Word, word));
            if (first)
                _present.Add(new(FeatureKind.Start, word));
            (first, start) = (false, -1);
        }
    }

    // An apostrophe between letters belongs to the word.
    private static bool IsInWord(string text, int i) => char.IsLetterOrDigit(text[i]) || char.IsSurrogate(text[i])
        || (text[i] is '\'' or '’' && i > 0 && i + 1 < text.Length && char.IsLetter(text[i - 1]) && char.IsLetter(text[i + 1]));

    private void Count(Rune rune)
    {
        if (Rune.IsDigit(rune))
            Increment(new(FeatureKind.Digits));
        else if (Rune.IsUpper(rune))
            Increment(new(FeatureKind.Capitals));
        else if (rune.Value == '\n')
            Increment(new(FeatureKind.Lines));
        if (!Rune.IsPunctuation(rune) && !Rune.IsSymbol(rune))
            return;
        Increment(new(FeatureKind.Punctuation));
        Increment(new(FeatureKind.Sign, rune.ToString()));
    }

    private void Increment(CompletionFeature feature) => _amounts[feature] = _amounts.GetValueOrDefault(feature) + 1;
}
