using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Reads the parts of a tokenizer from a <c>tokenizer.json</c>. What it does not know it refuses by name.</summary>
/// <remarks>The sections <c>truncation</c> and <c>padding</c> are not read: lengths are decided where batches are made.</remarks>
internal static class TokenizerJson
{
    /// <summary>Reads the parts.</summary>
    /// <exception cref="NotSupportedException">A component is not supported; the message names it and what is.</exception>
    /// <exception cref="FormatException">It is not JSON, or not a <c>tokenizer.json</c>.</exception>
    public static TokenizerParts Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException(
                $"tokenizer.json: {exception.Message} It must be the JSON object that Hugging Face's tokenizers write.", exception);
        }
    }

    private static TokenizerParts Read(JsonElement root)
    {
        var added = ReadAddedTokens(root);
        var (prefix, suffix) = PostProcessorJson.Read(root.Section("post_processor"));
        var normalizers = new List<TextNormalizer>();
        if (root.Section("normalizer") is { } normalizer)
            normalizers.Add(ReadNormalizer(normalizer));
        var splitting = SplitterJson.Read(root.Section("pre_tokenizer"));
        var model = ReadModel(root.GetProperty("model"), added, splitting.IsByteLevel);
        return new TokenizerParts
        {
            Vocabulary = model.Vocabulary,
            AddedTokens = added,
            Normalizer = normalizers.Count == 0 ? null : new NormalizerSequence(normalizers),
            SpaceMark = splitting.SpaceMark,
            Splitter = splitting.Splitter ?? (model.BeginsWordsAtSpaces ? new WordSplitter() : null),
            Model = model.Model,
            Decoders = root.Section("decoder") is { } decoder ? ReadDecoders(decoder) : [],
            Prefix = prefix,
            Suffix = suffix,
        };
    }

    private static ModelParts ReadModel(JsonElement section, AddedToken[] added, bool isByteLevel) =>
        (section.Section("type")?.GetString() ?? (section.Section("merges") is null ? "Unigram" : "BPE")) switch
        {
            "BPE" => new BpeJson(section, added, isByteLevel).Create(),
            "Unigram" => UnigramJson.Read(section, added),
            var type => throw section.Unsupported("model", type, "BPE (byte-level, or with byte fallback), Unigram"),
        };

    private static AddedToken[] ReadAddedTokens(JsonElement root)
    {
        if (root.Section("added_tokens") is not { } tokens)
            return [];
        return [.. tokens.EnumerateArray().Select(ReadAddedToken)];
    }

    private static AddedToken ReadAddedToken(JsonElement token) =>
        new(token.Id("id"), Content(token), token.Flag("special"))
        {
            IsSingleWord = token.Flag("single_word"),
            StripsLeft = token.Flag("lstrip"),
            StripsRight = token.Flag("rstrip"),
            IsNormalized = token.Flag("normalized"),
        };

    private static string Content(JsonElement token)
    {
        const int Longest = 1024;
        var content = token.Text("content");
        return content.Length <= Longest
            ? content
            : throw new FormatException($"tokenizer.json: an added token has {content.Length} characters; at most {Longest} are allowed.");
    }

    private static TextNormalizer ReadNormalizer(JsonElement section) => section.Type() switch
    {
        "Sequence" => new NormalizerSequence([.. section.GetProperty("normalizers").EnumerateArray().Select(ReadNormalizer)]),
        "Prepend" => new PrependNormalizer(section.Text("prepend")),
        "Replace" => section.GetProperty("pattern").Section("Regex") is null
            ? new ReplaceNormalizer(StringPattern(section, "normalizer"), section.Text("content"))
            : new RegexReplaceNormalizer(new(section.GetProperty("pattern").Text("Regex"), "normalizer 'Replace'"), section.Text("content")),
        "NFC" => new UnicodeNormalizer(NormalizationForm.FormC),
        "NFKC" => new UnicodeNormalizer(NormalizationForm.FormKC),
        "NFD" => new UnicodeNormalizer(NormalizationForm.FormD),
        "NFKD" => new UnicodeNormalizer(NormalizationForm.FormKD),
        var type => throw section.Unsupported("normalizer", type, "Sequence, Prepend, Replace, NFC, NFD, NFKC, NFKD"),
    };

    private static IReadOnlyList<TokenDecoder> ReadDecoders(JsonElement section) => section.Type() switch
    {
        "Sequence" => [.. section.GetProperty("decoders").EnumerateArray().SelectMany(ReadDecoders)],
        "ByteLevel" => [new ByteLevelDecoder()],
        "ByteFallback" => [new ByteFallbackDecoder()],
        "Fuse" => [new FuseDecoder()],
        "Metaspace" => [new MetaspaceDecoder(SplitterJson.ReadSpaceMark(section))],
        "Replace" => [new ReplaceDecoder(StringPattern(section, "decoder"), section.Text("content"))],
        "Strip" => [new StripDecoder(
            StrippedCharacter(section), section.GetProperty("start").GetInt32(), section.GetProperty("stop").GetInt32())],
        var type => throw section.Unsupported("decoder", type, "Sequence, ByteLevel, ByteFallback, Fuse, Metaspace, Replace (of a string), Strip"),
    };

    private static char StrippedCharacter(JsonElement section) => section.Text("content") is [var character]
        ? character
        : throw new FormatException($"tokenizer.json: 'content' of the decoder 'Strip' must be one character, in {section.Shown()}.");

    private static string NotEmpty(string pattern, string kind) => pattern.Length > 0
        ? pattern
        : throw new FormatException($"tokenizer.json: the pattern of the {kind} 'Replace' is empty; it must be a text.");

    private static string StringPattern(JsonElement section, string kind) =>
        section.GetProperty("pattern").TryGetProperty("String", out _)
            ? NotEmpty(section.GetProperty("pattern").Text("String"), kind)
            : throw section.Unsupported($"pattern of the {kind} 'Replace'", "Regex", "String");
}
