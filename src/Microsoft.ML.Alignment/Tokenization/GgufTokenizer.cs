using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization;

/// <summary>Makes a tokenizer from the metadata of a GGUF file, by writing the <c>tokenizer.json</c> that says the same.</summary>
internal static class GgufTokenizer
{
    /// <summary>Makes the tokenizer.</summary>
    /// <param name="metadata">The file's metadata: scalars, strings and arrays, by key; keys that begin with <c>tokenizer.ggml.</c> are
    /// read.</param>
    /// <exception cref="NotSupportedException">Its kind or its way of splitting is not supported; the message names it and what
    /// is.</exception>
    /// <exception cref="FormatException">A key is missing or has a value of another kind.</exception>
    public static ModelTokenizer FromMetadata(IReadOnlyDictionary<string, object> metadata) =>
        ModelTokenizer.FromJson(ToJson(new GgufVocabulary(metadata)));

    private static string ToJson(GgufVocabulary vocabulary)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("version", "1.0");
            WriteAddedTokens(writer, vocabulary);
            switch (vocabulary.Kind)
            {
                case "gpt2":
                    WriteByteLevel(writer, vocabulary);
                    break;
                case "llama":
                    WriteSentencePiece(writer, vocabulary);
                    break;
                default:
                    throw new NotSupportedException(
                        $"GGUF: tokenizer.ggml.model '{vocabulary.Kind}' is not supported; " +
                "supported are 'gpt2' (byte-level BPE) and 'llama' (SentencePiece BPE).");
            }

            WritePostProcessor(writer, vocabulary);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void WriteAddedTokens(Utf8JsonWriter writer, GgufVocabulary vocabulary)
    {
        writer.WriteStartArray("added_tokens");
        for (var id = 0; id < vocabulary.Tokens.Length; id++)
        {
            var type = vocabulary.TypeOf(id);
            if (type is not (GgufTokenType.Control or GgufTokenType.UserDefined or GgufTokenType.Unknown))
                continue;
            writer.WriteStartObject();
            writer.WriteNumber("id", id);
            writer.WriteString("content", vocabulary.Tokens[id]);
            foreach (var flag in (string[])["single_word", "lstrip", "rstrip", "normalized"])
                writer.WriteBoolean(flag, false);
            writer.WriteBoolean("special", type != GgufTokenType.UserDefined);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteByteLevel(Utf8JsonWriter writer, GgufVocabulary vocabulary)
    {
        const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";
        var splitting = GgufSplitting.Of(vocabulary.Splitting);
        WriteSection(writer, "normalizer", splitting.Normalizer);
        WriteSection(writer, "pre_tokenizer", splitting.PreTokenizer);
        WriteSection(writer, "decoder", ByteLevel);
        var merges = vocabulary.Merges.Select(merge => (merge[..merge.IndexOf(' ', 1)], merge[(merge.IndexOf(' ', 1) + 1)..]));
        WriteModel(writer, vocabulary, merges, splitting.IgnoresMerges);
    }

    private static void WriteSentencePiece(Utf8JsonWriter writer, GgufVocabulary vocabulary)
    {
        const string Replace = """{"type":"Replace","pattern":{"String":" "},"content":"▁"}""";
        const string Prepend = """{"type":"Prepend","prepend":"▁"},""";
        const string Restore = """{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}""";
        const string Strip = """,{"type":"Strip","content":" ","start":1,"stop":0}""";
        var adds = vocabulary.AddsSpacePrefix;
        WriteSection(writer, "normalizer", $$"""{"type":"Sequence","normalizers":[{{(adds ? Prepend : "")}}{{Replace}}]}""");
        WriteSection(writer, "pre_tokenizer", "null");
        WriteSection(writer, "decoder", $$"""{"type":"Sequence","decoders":[{{Restore}}{{(adds ? Strip : "")}}]}""");
        WriteModel(writer, vocabulary, vocabulary.MergesOfScores(), ignoresMerges: false);
    }

    private static void WriteModel(
        Utf8JsonWriter writer, GgufVocabulary vocabulary, IEnumerable<(string Left, string Right)> merges, bool ignoresMerges)
    {
        var isSentencePiece = vocabulary.Kind == "llama";
        writer.WriteStartObject("model");
        writer.WriteString("type", "BPE");
        writer.WriteString("unk_token", isSentencePiece && vocabulary.UnknownId is { } unknown ? vocabulary.Tokens[unknown] : null);
        writer.WriteBoolean("fuse_unk", isSentencePiece);
        writer.WriteBoolean("byte_fallback", isSentencePiece);
        writer.WriteBoolean("ignore_merges", ignoresMerges);
        writer.WriteStartObject("vocab");
        for (var id = 0; id < vocabulary.Tokens.Length; id++)
            if (vocabulary.TypeOf(id) != GgufTokenType.Unused)
                writer.WriteNumber(vocabulary.Tokens[id], id);
        writer.WriteEndObject();
        writer.WriteStartArray("merges");
        foreach (var (left, right) in merges)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(left);
            writer.WriteStringValue(right);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WritePostProcessor(Utf8JsonWriter writer, GgufVocabulary vocabulary)
    {
        string[] before = [.. TokensOf(vocabulary.AddsBos ? vocabulary.BosId : null)];
        string[] behind = [.. TokensOf(vocabulary.AddsEos ? vocabulary.EosId : null)];
        if (before.Length + behind.Length == 0)
            return;
        object[] single =
        [
            .. before.Select(Item),
            new { Sequence = new { id = "A", type_id = 0 } },
            .. behind.Select(Item),
        ];
        var definitions = before.Concat(behind).Distinct()
            .ToDictionary(
                token => token,
                token => new { id = token, ids = new[] { Array.IndexOf(vocabulary.Tokens, token) }, tokens = new[] { token } });
        writer.WritePropertyName("post_processor");
        JsonSerializer.Serialize(writer, new { type = "TemplateProcessing", single, special_tokens = definitions });

        IEnumerable<string> TokensOf(int? id) => id is { } known ? [vocabulary.Tokens[known]] : [];
        object Item(string token) => new { SpecialToken = new { id = token, type_id = 0 } };
    }

    private static void WriteSection(Utf8JsonWriter writer, string name, string json)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(json);
    }
}
