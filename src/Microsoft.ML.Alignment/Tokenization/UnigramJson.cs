using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Reads the section <c>model</c> of type Unigram.</summary>
internal static class UnigramJson
{
    /// <summary>Reads the model.</summary>
    /// <param name="section">The section.</param>
    /// <param name="addedTokens">The added tokens.</param>
    public static ModelParts Read(JsonElement section, IReadOnlyList<AddedToken> addedTokens)
    {
        var tokens = section.GetProperty("vocab").EnumerateArray().Select(Token).ToArray();
        var vocabulary = new Dictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        for (var id = 0; id < tokens.Length; id++)
        {
            if (!vocabulary.TryAdd(tokens[id].Token, id))
                throw new FormatException($"tokenizer.json: '{tokens[id].Token}' is in 'vocab' twice; a token must have one id.");
        }

        foreach (var token in addedTokens)
            vocabulary[token.Content] = token.Id;
        if (vocabulary.Count == 0)
            throw new FormatException("tokenizer.json: there is no token in 'vocab' and 'added_tokens'; there must be one at least.");
        int? unknown = section.Section("unk_id") is null ? null : section.Id("unk_id");
        if (unknown >= tokens.Length)
            throw new FormatException($"tokenizer.json: 'unk_id' is {unknown}; 'vocab' has {tokens.Length} tokens.");
        var markup = addedTokens.Where(token => token.IsMarkup).Select(token => token.Id).ToHashSet();
        return new(vocabulary, new UnigramModel(tokens, unknown, section.Flag("byte_fallback"), markup), BeginsWordsAtSpaces: false);
    }

    private static (string Token, double Score) Token(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2 && entry[0].ValueKind == JsonValueKind.String
        && entry[1].ValueKind == JsonValueKind.Number && double.IsFinite(entry[1].GetDouble())
            ? (entry[0].GetString()!, entry[1].GetDouble())
            : throw new FormatException($"tokenizer.json: {entry.Shown()} in 'vocab' is no token of a Unigram; it must be [\"token\", score].");
}
