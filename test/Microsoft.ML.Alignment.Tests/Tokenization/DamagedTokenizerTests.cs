using System.Text;
using System.Text.Json;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

public class DamagedTokenizerTests
{
    [Theory]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":[["a"]]}}""", "*in 'merges' is no merge*left right*")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":[[null,null]]}}""", "*in 'merges' is no merge*")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":[["a",null]]}}""", "*in 'merges' is no merge*")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":3}}""", "tokenizer.json:*")]
    [InlineData("""{"model":{"vocab":null,"merges":[]}}""", "tokenizer.json:*")]
    [InlineData("""{"model":null}""", "tokenizer.json:*")]
    [InlineData("null", "tokenizer.json:*")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":[null]}}""", "*null in 'merges' is no merge*")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":[["a",""]]}}""", "*in 'merges' is no merge*none empty*")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":["t "]}}""", "*merge 't ' is not two tokens*")]
    [InlineData("""{"model":{"vocab":{"a":0},"merges":[""]}}""", "*merge '' is not two tokens*")]
    [InlineData("""{"model":{"vocab":{},"merges":[]}}""", "*no token in 'vocab'*")]
    [InlineData("""{"model":{"vocab":{"a":0,"a":1},"merges":[]}}""", "*'a' is in 'vocab' twice*")]
    [InlineData("""{"model":{"vocab":{"a":2147483647},"merges":[]}}""", "*id of 'a'*from 0 to 16777215*")]
    [InlineData("""{"model":{"vocab":{"a":-1},"merges":[]}}""", "*id of 'a'*from 0 to*")]
    [InlineData("""{"model":{"vocab":{"a":1.5},"merges":[]}}""", "*id of 'a'*from 0 to*")]
    [InlineData("""{"added_tokens":[{"id":0,"content":null}],"model":{"vocab":{"a":0},"merges":[]}}""", "*'content' must be a string*")]
    [InlineData("""{"added_tokens":[{"id":-1,"content":"b"}],"model":{"vocab":{"a":0},"merges":[]}}""", "*'id' must be a whole number*")]
    [InlineData("""{"added_tokens":[{"id":1,"content":"\ud800"}],"model":{"vocab":{"a":0},"merges":[]}}""", "tokenizer.json:*")]
    [InlineData("""{"model":{"vocab":{"\ud800":0},"merges":[]}}""", "tokenizer.json:*")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":null},"behavior":"Isolated"},"model":{"vocab":{"a":0},"merges":[]}}""", "*'Regex' must be a string*")]
    [InlineData("""{"normalizer":{"type":"Replace","pattern":{"String":""},"content":"a"},"model":{"vocab":{"a":0},"merges":[]}}""", "*'Replace' is empty*")]
    public void WhatIsWrongIsNamed(string json, string message) =>
        FluentActions.Invoking(() => ModelTokenizer.FromJson(json)).Should().Throw<FormatException>().WithMessage(message);

    [Fact]
    public void MutatedFilesLoadOrAreRefusedByUs()
    {
        var source = Golden.Text("tokenizers/llama2-style/tokenizer.json");
        var head = Encoding.UTF8.GetBytes(Shortened(source));
        var random = new Random(7);
        for (var i = 0; i < 1500; i++)
        {
            var bytes = (byte[])head.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)"0123456789\"{}[]:,-null \\u"[random.Next(24)];
            var thrown = Record.Exception(() => ModelTokenizer.FromJson(Encoding.UTF8.GetString(bytes)).EncodeMarkup("the cat"));
            (thrown is null or FormatException or NotSupportedException).Should().BeTrue("{0}: {1}", Encoding.UTF8.GetString(bytes), thrown);
        }
    }

    [Fact]
    public void ATokenTwiceInGgufIsNamed() =>
        FluentActions.Invoking(() => GgufTokenizer.FromMetadata(new Dictionary<string, object>
        {
            ["tokenizer.ggml.model"] = "gpt2",
            ["tokenizer.ggml.tokens"] = new[] { "a", "b", "a" },
            ["tokenizer.ggml.merges"] = System.Array.Empty<string>(),
        })).Should().Throw<FormatException>().WithMessage("GGUF: tokens 0 and 2 are both 'a'*");

    [Fact]
    public void GgufWithoutTypesKeepsItsMarkup()
    {
        var tokenizer = GgufTokenizer.FromMetadata(new Dictionary<string, object>
        {
            ["tokenizer.ggml.model"] = "gpt2",
            ["tokenizer.ggml.tokens"] = new[] { "a", "<|im_end|>", "[END]" },
            ["tokenizer.ggml.merges"] = System.Array.Empty<string>(),
            ["tokenizer.ggml.eos_token_id"] = 2u,
        });

        tokenizer.EncodeMarkup("a<|im_end|>a[END]").Should().Equal(0, 1, 0, 2);
        tokenizer.EncodeText("<|im_end|>a").Should().Equal(0);
    }

    [Theory]
    [InlineData("<think>", false)]
    [InlineData("[TOOL]", false)]
    [InlineData("verb", true)]
    public void TextOfOthersNeverBecomesMarkup(string content, bool isWord)
    {
        var tokenizer = ModelTokenizer.FromJson(
            $$$"""{"added_tokens":[{"id":1,"content":"{{{content}}}","special":false}],"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"model":{"vocab":{"a":0},"merges":[]}}""");

        tokenizer.EncodeMarkup("a" + content).Should().Equal(0, 1);
        tokenizer.EncodeText(content).Contains(1).Should().Be(isWord);
    }

    [Fact]
    public void ManyAddedTokensOfOneLetterAreFoundInLinearTime()
    {
        var added = Enumerable.Range(1, 50_000).Select(i => new { id = i, content = $"a-{i:x}", special = true });
        var json = JsonSerializer.Serialize(new
        {
            added_tokens = added, pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false }, model = new { vocab = new { a = 0 }, merges = System.Array.Empty<string>() },
        });
        ModelTokenizer.FromJson(json).EncodeMarkup(string.Concat(Enumerable.Repeat("a", 1_000_000))).Should().HaveCount(1_000_000);
    }

    [Fact]
    public void PatternsOfOthersEndInTime()
    {
        const string Json = """{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a|aa|a)+b"},"behavior":"Isolated"},"model":{"vocab":{"a":0},"merges":[]}}""";
        ModelTokenizer.FromJson(Json).EncodeMarkup(new string('a', 5000)).Should().HaveCount(5000);
    }

    [Fact]
    public void ReplacementsThatExplodeAreRefused()
    {
        var steps = string.Join(',', Enumerable.Repeat("""{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""", 40));
        var tokenizer = ModelTokenizer.FromJson($$$"""{"normalizer":{"type":"Sequence","normalizers":[{{{steps}}}]},"model":{"vocab":{"a":0},"merges":[]}}""");
        FluentActions.Invoking(() => tokenizer.EncodeMarkup("a")).Should().Throw<FormatException>().WithMessage("*'Replace'*at most*");
    }

    [Fact]
    public void LongRunsOfMarksAreNormalizedInLinearTime()
    {
        var order = CanonicalOrder.OfLongRuns("a" + string.Concat(Enumerable.Repeat("\u0301\u0323", 100_000)) + "b");

        order.Should().Be("a" + new string('\u0323', 100_000) + new string('\u0301', 100_000) + "b");
    }

    [Fact]
    public void RunsInCanonicalOrderHaveTheSameNormalForm()
    {
        var random = new Random(3);
        string[] marks = ["\u0301", "\u0323", "\u0345", "\u0334", "\u05B0", "\u05B4", "\u3099", "\u0F71", "\u0F73", "\u0344", "\u093C", "\u0903", "\U0001D165", "\u0300", "\u20DD"];
        for (var i = 0; i < 200; i++)
        {
            var text = "xe" + string.Concat(Enumerable.Range(0, random.Next(60, 200)).Select(_ => marks[random.Next(marks.Length)])) + "é";
            foreach (var form in new[] { NormalizationForm.FormC, NormalizationForm.FormD, NormalizationForm.FormKC, NormalizationForm.FormKD })
                CanonicalOrder.OfLongRuns(text).Normalize(form).Should().Be(text.Normalize(form));
        }
    }

    private static string Shortened(string json)
    {
        using var document = JsonDocument.Parse(json);
        var model = document.RootElement.GetProperty("model");
        var vocabulary = model.GetProperty("vocab").EnumerateObject().Where(token => token.Name.Length == 1 || token.Value.GetInt32() < 270)
            .ToDictionary(token => token.Name, token => token.Value.GetInt32());
        var parts = document.RootElement.EnumerateObject().Where(part => part.Name != "model").ToDictionary(part => part.Name, part => (object)part.Value);
        parts["model"] = new { type = "BPE", vocab = vocabulary, merges = System.Array.Empty<string>(), byte_fallback = true };
        return JsonSerializer.Serialize(parts);
    }
}
