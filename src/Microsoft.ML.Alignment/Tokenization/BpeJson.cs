using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Reads the section <c>model</c> of type BPE.</summary>
internal sealed class BpeJson
{
    // The model's own tokens; added ones are no symbols of it.
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int> _all;
    private readonly List<(int Left, int Right, int Merged)> _merges = [];
    private readonly HashSet<int> _specialIds;
    private readonly bool _isByteLevel;
    private readonly bool _ignoresMerges;
    private readonly bool _byteFallback;
    private readonly bool _fusesUnknown;
    private readonly int? _unknownId;
    // No merge joins a '▁' to something else before it, so that a text can be split there.
    private bool _beginsWordsAtSpaces;

    /// <param name="section">The section.</param>
    /// <param name="addedTokens">The added tokens.</param>
    /// <param name="isByteLevel">Whether tokens are written in the byte alphabet.</param>
    public BpeJson(JsonElement section, IReadOnlyList<AddedToken> addedTokens, bool isByteLevel)
    {
        Refuse(section);
        _vocabulary = ReadVocabulary(section.GetProperty("vocab"));
        if (_vocabulary.Count + addedTokens.Count == 0)
            throw new FormatException("tokenizer.json: there is no token in 'vocab' and 'added_tokens'; there must be one at least.");
        _isByteLevel = isByteLevel;
        _ignoresMerges = section.Flag("ignore_merges");
        _byteFallback = section.Flag("byte_fallback");
        _fusesUnknown = section.Flag("fuse_unk");
        _unknownId = section.Section("unk_token")?.GetString() is { } unknown ? IdOf(unknown, "unk_token") : null;
        _specialIds = [.. addedTokens.Where(token => token.IsMarkup).Select(token => token.Id)];
        _beginsWordsAtSpaces = !isByteLevel && _vocabulary.ContainsKey(WordSplitter.Space.ToString());
        ReadMerges(section.GetProperty("merges"));
        var all = new Dictionary<string, int>(_vocabulary, StringComparer.Ordinal);
        foreach (var token in addedTokens)
            all[token.Content] = token.Id;
        _all = all;
    }

    /// <summary>Makes the model.</summary>
    public ModelParts Create()
    {
        // A piece of text of others that reads like a special token must not become one.
        var ordinary = _vocabulary.Where(token => !_specialIds.Contains(token.Value)).ToDictionary(StringComparer.Ordinal);
        BpeSymbols symbols = _isByteLevel
            ? new ByteSymbols(ByteIds())
            : new CharacterSymbols(ordinary, _byteFallback, _unknownId, _fusesUnknown);
        return new(_all, new BpeModel(symbols, new BpeMerges(_merges), _ignoresMerges ? ordinary : null), _beginsWordsAtSpaces);
    }

    private static void Refuse(JsonElement section)
    {
        foreach (var name in (string[])["continuing_subword_prefix", "end_of_word_suffix", "dropout"])
        {
            if (section.Section(name) is { } value && value.ToString() is not ("" or "0" or "0.0"))
                throw new NotSupportedException($"tokenizer.json: '{name}' ({value}) of model 'BPE' is not supported; it must be null.");
        }
    }

    private static Dictionary<string, int> ReadVocabulary(JsonElement section)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in section.EnumerateObject())
        {
            if (token.Value.AsId() is not { } id)
            {
                throw new FormatException(
                    $"tokenizer.json: the id of '{token.Name}' in 'vocab' is {token.Value.Shown()}; " +
                    $"it must be a whole number from 0 to {TokenizerJsonElements.LargestId}.");
            }

            if (!vocabulary.TryAdd(token.Name, id))
                throw new FormatException($"tokenizer.json: '{token.Name}' is in 'vocab' twice; a token must have one id.");
        }

        return vocabulary;
    }

    private void ReadMerges(JsonElement merges)
    {
        foreach (var merge in merges.EnumerateArray())
        {
            var (left, right) = Halves(merge);
            var merged = IdOf(left + right, "merges");
            if (right[0] == WordSplitter.Space && left[^1] != WordSplitter.Space)
                _beginsWordsAtSpaces = false;
            if (!_specialIds.Contains(merged))
                _merges.Add((IdOf(left, "merges"), IdOf(right, "merges"), merged));
        }
    }

    private static (string Left, string Right) Halves(JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.String)
            return SplitAtSpace(merge.GetString()!);
        if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
            && merge[0].ValueKind == JsonValueKind.String && merge[1].ValueKind == JsonValueKind.String
            && merge[0].GetString() is { Length: > 0 } left && merge[1].GetString() is { Length: > 0 } right)
        {
            return (left, right);
        }

        throw new FormatException(
            $"tokenizer.json: {merge.Shown()} in 'merges' is no merge; it must be \"left right\" or [\"left\", \"right\"], none empty.");
    }

    private static (string Left, string Right) SplitAtSpace(string merge)
    {
        var space = merge.Length < 3 ? -1 : merge.IndexOf(' ', 1);
        return space > 0 && space + 1 < merge.Length
            ? (merge[..space], merge[(space + 1)..])
            : throw new FormatException($"tokenizer.json: merge '{merge}' is not two tokens with a space between them.");
    }

    private int IdOf(string token, string section) => _vocabulary.TryGetValue(token, out var id)
        ? id
        : throw new FormatException($"tokenizer.json: '{section}' of the model uses '{token}', which is not in its vocab.");

    private int[] ByteIds()
    {
        var ids = new int[256];
        for (var value = 0; value < ids.Length; value++)
            ids[value] = _vocabulary.TryGetValue(ByteAlphabet.CharacterOf((byte)value).ToString(), out var id) ? id : -1;
        return ids;
    }
}
