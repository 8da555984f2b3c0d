using System.Globalization;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Says in the keys <c>tokenizer.ggml.*</c> of a GGUF file what a <c>tokenizer.json</c> says.</summary>
internal static class GgufTokenizerMetadata
{
    /// <summary>What the keys begin with.</summary>
    public const string KeyPrefix = "tokenizer.ggml.";

    private const float ScoreOfNoMerge = -1e6f;

    /// <summary>The keys with their values, in the order of llama.cpp's converter.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="vocabularySize">Rows of the embedding; ids without a token become unused tokens.</param>
    /// <exception cref="NotSupportedException">A GGUF file cannot say how the tokenizer works; the message says what is in the way.</exception>
    public static IEnumerable<KeyValuePair<string, object>> Of(ModelTokenizer tokenizer, int vocabularySize)
    {
        var json = JsonNode.Parse(tokenizer.Json)!;
        var isSentencePiece = IsSentencePiece(json);
        var tokens = Tokens(tokenizer, vocabularySize);
        yield return new(KeyPrefix + "model", isSentencePiece ? "llama" : "gpt2");
        yield return new(KeyPrefix + "pre", isSentencePiece ? "default" : GgufSplitting.NameOf(json));
        yield return new(KeyPrefix + "tokens", tokens);
        var merges = json["model"]!["merges"]!.AsArray().Select(Merge).ToArray();
        if (isSentencePiece)
            yield return new(KeyPrefix + "scores", Scores(tokenizer, tokens, merges));
        yield return new(KeyPrefix + "token_type", Types(tokenizer, json, isSentencePiece, tokens.Length));
        if (!isSentencePiece)
            yield return new(KeyPrefix + "merges", merges.Select(merge => $"{merge.Left} {merge.Right}").ToArray());
        yield return new(KeyPrefix + "add_bos_token", tokenizer.Prefix.Count > 0);
        yield return new(KeyPrefix + "add_eos_token", tokenizer.Suffix.Count > 0);
        if (isSentencePiece && !AddsSpacePrefix(json))
            yield return new(KeyPrefix + "add_space_prefix", false);
    }

    private static bool IsSentencePiece(JsonNode json)
    {
        if (json["model"]?["type"]?.GetValue<string>() is var type && type is not (null or "BPE"))
            throw new NotSupportedException(
                $"A tokenizer of the type '{type}' is not written to GGUF; written are BPE, byte-level and SentencePiece's.");
        return json["model"]!["byte_fallback"]?.GetValue<bool>() ?? false;
    }

    private static string[] Tokens(ModelTokenizer tokenizer, int vocabularySize) =>
        [.. Enumerable.Range(0, vocabularySize).Select(id => tokenizer.TokenOf(id) ?? $"[PAD{id.ToString(CultureInfo.InvariantCulture)}]")];

    private static (string Left, string Right) Merge(JsonNode? merge)
    {
        if (merge is JsonArray pair)
            return (pair[0]!.GetValue<string>(), pair[1]!.GetValue<string>());
        var text = merge!.GetValue<string>();
        var middle = text.IndexOf(' ', 1);
        return (text[..middle], text[(middle + 1)..]);
    }

    // SentencePiece joins what has the highest score: the later a merge, the lower. What no merge makes is only found whole.
    private static float[] Scores(ModelTokenizer tokenizer, string[] tokens, (string Left, string Right)[] merges)
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var rank = 0; rank < merges.Length; rank++)
            ranks[merges[rank].Left + merges[rank].Right] = rank;
        return [.. tokens.Select((token, id) =>
            tokenizer.IsAdded(id) || IsByte(token) || tokenizer.TokenOf(id) is null ? 0f
                : ranks.TryGetValue(token, out var rank) ? -(float)rank : ScoreOfNoMerge)];
    }

    private static int[] Types(ModelTokenizer tokenizer, JsonNode json, bool isSentencePiece, int count)
    {
        var unknown = json["model"]!["unk_token"]?.GetValue<string>();
        return [.. Enumerable.Range(0, count).Select(id => (int)(tokenizer.TokenOf(id) switch
        {
            null => GgufTokenType.Unused,
            { } token when isSentencePiece && token == unknown => GgufTokenType.Unknown,
            _ when tokenizer.IsSpecial(id) => GgufTokenType.Control,
            _ when tokenizer.IsAdded(id) => GgufTokenType.UserDefined,
            { } token when isSentencePiece && IsByte(token) => GgufTokenType.Byte,
            _ => GgufTokenType.Normal,
        }))];
    }

    private static bool IsByte(string token) =>
        token is ['<', '0', 'x', var high, var low, '>'] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low);

    private static bool AddsSpacePrefix(JsonNode json)
    {
        var stages = json["normalizer"]?["normalizers"]?.AsArray().ToArray() ?? [json["normalizer"], json["pre_tokenizer"]];
        return stages.Any(stage => stage?["type"]?.GetValue<string>() is "Prepend"
            || (stage?["type"]?.GetValue<string>() is "Metaspace" && stage["prepend_scheme"]?.GetValue<string>() is not "never"));
    }
}
