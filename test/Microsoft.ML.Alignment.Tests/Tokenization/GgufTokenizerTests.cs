using System.Text.Json;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

public class GgufTokenizerTests
{
    private const string SmolLM = "models/SmolLM2-135M-Instruct";

    [SharedFact(SmolLM)]
    public void SmolLMOfTheGgufEqualsItsTokenizerJson()
    {
        var tokenizer = FromGguf(Golden.Shared(SmolLM + "/SmolLM2-135M-Instruct.Q4_1.gguf"));
        var reference = FromJson(SmolLM);
        foreach (var text in GoldenTexts("smollm-style"))
        {
            tokenizer.EncodeWithSpecialTokens(text).Should().Equal(reference.EncodeWithSpecialTokens(text));
            tokenizer.EncodeText(text).Should().Equal(reference.EncodeText(text));
        }

        using var expected = JsonDocument.Parse(File.ReadAllText(Golden.Shared(SmolLM + "/expected.json")));
        foreach (var chat in expected.RootElement.GetProperty("chats").EnumerateArray())
        {
            int[] ids = [.. chat.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32())];
            tokenizer.EncodeMarkup(chat.GetProperty("text").GetString()!).Should().Equal(ids);
            tokenizer.Decode(ids, skipSpecialTokens: true).Should().Be(reference.Decode(ids, skipSpecialTokens: true));
        }
    }

    [SharedFact("golden/gguf/stories260K-f32.gguf", "models/stories260K")]
    public void SentencePieceOfTheFloat32GgufEqualsItsTokenizerJson() => SentencePieceEqualsTokenizerJson("gguf/stories260K-f32.gguf");

    [SharedFact("golden/gguf/stories260K-q8_0.gguf", "models/stories260K")]
    public void SentencePieceOfTheQuantisedGgufEqualsItsTokenizerJson() => SentencePieceEqualsTokenizerJson("gguf/stories260K-q8_0.gguf");

    [Theory]
    [InlineData("gpt-2", "gpt2-style")]
    [InlineData("smollm", "smollm-style")]
    [InlineData("llama-bpe", "llama3-style")]
    [InlineData("qwen2", "qwen2-style")]
    public void ByteLevelSplittingsEqualTheReference(string splitting, string kind)
    {
        var tokenizer = GgufTokenizer.FromMetadata(MetadataOf(kind, splitting));
        using var expected = JsonDocument.Parse(Golden.Text($"tokenizers/{kind}/expected.json"));
        foreach (var row in expected.RootElement.EnumerateArray())
        {
            int[] ids = [.. row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            tokenizer.EncodeWithSpecialTokens(row.GetProperty("text").GetString()!).Should().Equal(ids);
        }
    }

    [SharedTheory("golden/tokenizers-real")]
    [InlineData("qwen2", "qwen3")]
    [InlineData("gpt-4o", "gptoss")]
    [InlineData("deepseek-v3", "deepseek_v3")]
    public void SplittingsOfRealVocabulariesEqualTheReference(string splitting, string model)
    {
        using var json = JsonDocument.Parse(RealVocabulary.Json(model));
        var tokenizer = GgufTokenizer.FromMetadata(MetadataOf(json.RootElement, splitting));
        using var expected = JsonDocument.Parse(Golden.Text($"tokenizers-real/{model}/expected.json"));
        foreach (var row in expected.RootElement.EnumerateArray())
        {
            int[] ids = [.. row.GetProperty("ids_no_special").EnumerateArray().Select(id => id.GetInt32())];
            tokenizer.EncodeMarkup(row.GetProperty("text").GetString()!).Should().Equal(ids, "'{0}'", row.GetProperty("text"));
            tokenizer.Decode(ids, skipSpecialTokens: false).Should().Be(row.GetProperty("decoded").GetString());
        }
    }

    [Fact]
    public void DefaultSplittingKeepsPunctuationAndThreeDigitsApart()
    {
        var tokenizer = GgufTokenizer.FromMetadata(MetadataOf("gpt2-style", "default"));

        foreach (var pair in new[] { ("a,", " b"), ("12", "3456"), ("x =", "= y") })
            tokenizer.Decode(tokenizer.EncodeText(pair.Item1 + pair.Item2), skipSpecialTokens: false).Should().Be(pair.Item1 + pair.Item2);
        tokenizer.EncodeText("don't").Should().Equal([.. tokenizer.EncodeText("don"), .. tokenizer.EncodeText("'"), .. tokenizer.EncodeText("t")]);
        tokenizer.EncodeText("123456").Should().Equal([.. tokenizer.EncodeText("123"), .. tokenizer.EncodeText("456")]);
    }

    [Fact]
    public void WhatIsNotSupportedIsRefusedByName()
    {
        var metadata = MetadataOf("gpt2-style", "deepseek-llm");
        FluentActions.Invoking(() => GgufTokenizer.FromMetadata(metadata)).Should().Throw<NotSupportedException>()
            .WithMessage("*'deepseek-llm' is not supported*gpt-2*smollm*llama-bpe*qwen2*gpt-4o*deepseek-v3*default*");
        metadata["tokenizer.ggml.model"] = "t5";
        FluentActions.Invoking(() => GgufTokenizer.FromMetadata(metadata)).Should().Throw<NotSupportedException>().WithMessage("*'t5'*'gpt2'*'llama'*");
        FluentActions.Invoking(() => GgufTokenizer.FromMetadata(new Dictionary<string, object>())).Should().Throw<FormatException>()
            .WithMessage("*no 'tokenizer.ggml.model'*");
    }

    private static void SentencePieceEqualsTokenizerJson(string path)
    {
        var tokenizer = FromGguf(Golden.Path(path));
        var reference = FromJson("models/stories260K");
        foreach (var text in GoldenTexts("llama2-style"))
        {
            var ids = reference.EncodeWithSpecialTokens(text);
            tokenizer.EncodeWithSpecialTokens(text).Should().Equal(ids, "'{0}'", text);
            tokenizer.EncodeText(text).Should().Equal(reference.EncodeText(text), "'{0}'", text);
            tokenizer.Decode(ids, skipSpecialTokens: false).Should().Be(reference.Decode(ids, skipSpecialTokens: false), "'{0}'", text);
        }

        tokenizer.VocabularySize.Should().Be(reference.VocabularySize);
    }

    private static Dictionary<string, object> MetadataOf(string kind, string splitting)
    {
        using var document = JsonDocument.Parse(Golden.Text($"tokenizers/{kind}/tokenizer.json"));
        return MetadataOf(document.RootElement, splitting);
    }

    // As llama.cpp's converter writes a tokenizer.json: added tokens are controls where they are special, else the user's.
    private static Dictionary<string, object> MetadataOf(JsonElement json, string splitting)
    {
        var model = json.GetProperty("model");
        var types = new Dictionary<int, int>();
        var texts = model.GetProperty("vocab").EnumerateObject().ToDictionary(token => token.Value.GetInt32(), token => token.Name);
        foreach (var token in json.GetProperty("added_tokens").EnumerateArray())
        {
            texts[token.GetProperty("id").GetInt32()] = token.GetProperty("content").GetString()!;
            types[token.GetProperty("id").GetInt32()] = token.GetProperty("special").GetBoolean() ? 3 : 4;
        }

        var tokens = Enumerable.Range(0, texts.Keys.Max() + 1).Select(id => texts.GetValueOrDefault(id, $"[PAD{id}]")).ToArray();
        return new Dictionary<string, object>
        {
            ["tokenizer.ggml.model"] = "gpt2",
            ["tokenizer.ggml.pre"] = splitting,
            ["tokenizer.ggml.tokens"] = tokens,
            ["tokenizer.ggml.token_type"] = tokens.Select((_, id) => texts.ContainsKey(id) ? types.GetValueOrDefault(id, 1) : 5).ToArray(),
            ["tokenizer.ggml.merges"] = model.GetProperty("merges").EnumerateArray().Select(merge => merge.ValueKind == JsonValueKind.String ? merge.GetString()! : $"{merge[0]} {merge[1]}").ToArray(),
            ["tokenizer.ggml.bos_token_id"] = 0u,
        };
    }

    private static ModelTokenizer FromGguf(string path) => GgufTokenizer.FromMetadata(GgufMetadata.Read(path));

    private static ModelTokenizer FromJson(string model) => ModelTokenizer.FromJson(File.ReadAllText(Golden.Shared(model + "/tokenizer.json")));

    private static string[] GoldenTexts(string kind)
    {
        using var document = JsonDocument.Parse(Golden.Text($"tokenizers/{kind}/expected.json"));
        return [.. document.RootElement.EnumerateArray().Select(row => row.GetProperty("text").GetString()!)];
    }
}
