using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

/// <summary>Random strings from all of Unicode, encoded by Hugging Face's own library behind <c>Tokenizers.DotNet</c>.</summary>
public class HuggingFaceTokenizersTests
{
    private const int Strings = 2_000;

    public static readonly TheoryData<string> Small =
        ["gpt2-style", "smollm-style", "llama2-style", "added-tokens", "qwen2-style", "llama3-style", "gemma-style", "unigram-style"];

    public static readonly TheoryData<string> Published = ["gpt2", "llama2"];

    public static readonly TheoryData<string> Real = [.. RealVocabulary.Models];

    [HuggingFaceTheory]
    [MemberData(nameof(Small))]
    public void RandomTextsGetTheSameIds(string kind) => Compare(Golden.Text($"tokenizers/{kind}/tokenizer.json"));

    [HuggingFaceTheory("golden/tokenizers/gpt2", "golden/tokenizers/llama2")]
    [MemberData(nameof(Published))]
    public void RandomTextsGetTheSameIdsFromPublishedVocabularies(string kind) => Compare(Golden.Text($"tokenizers/{kind}/tokenizer.json"));

    [HuggingFaceTheory("golden/tokenizers-real")]
    [MemberData(nameof(Real))]
    public void RandomTextsGetTheSameIdsFromRealVocabularies(string model) => Compare(RealVocabulary.Json(model));

    [HuggingFaceTheory]
    [InlineData("llama2-style", "null", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""")]
    [InlineData("llama2-style", "null", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""")]
    [InlineData("added-tokens", "null", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""")]
    [InlineData("added-tokens", "null", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":true}""")]
    [InlineData("gpt2-style", "null", """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""")]
    [InlineData("unigram-style", "null", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""")]
    [InlineData("unigram-style", """{"type":"Replace","pattern":{"Regex":"[\\s\\p{M}]+"},"content":" "}""", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":false}""")]
    public void OtherPartsGetTheSameIds(string kind, string normalizer, string preTokenizer)
    {
        var json = JsonNode.Parse(Golden.Text($"tokenizers/{kind}/tokenizer.json"))!;
        json["normalizer"] = JsonNode.Parse(normalizer);
        json["pre_tokenizer"] = JsonNode.Parse(preTokenizer);
        if (preTokenizer.Contains("Metaspace"))
            json["decoder"] = JsonNode.Parse(preTokenizer);
        Compare(json.ToJsonString());
    }

    private static void Compare(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tokenizer.json"], json);
        using var reference = new HuggingFaceTokenizer(folder["tokenizer.json"]);
        var tokenizer = ModelTokenizer.FromJson(json);
        var random = new Random(17);
        var differences = new List<string>();
        for (var i = 0; i < Strings; i++)
        {
            var text = RandomText.Next(random, tokenizer);
            var expected = reference.Encode(text);
            var ids = tokenizer.EncodeWithSpecialTokens(text);
            if (!ids.AsSpan().SequenceEqual(expected))
                differences.Add($"{Show(text)}: [{string.Join(", ", ids)}], not [{string.Join(", ", expected)}]");
            else if (tokenizer.Decode(ids, skipSpecialTokens: true) is var decoded && decoded != reference.Decode(expected))
                differences.Add($"{Show(text)}: '{Show(decoded)}', not '{Show(reference.Decode(expected))}'");
        }

        differences.Should().BeEmpty();
    }

    private static string Show(string text) => string.Join(
        " ", text.EnumerateRunes().Select(rune => rune.Value.ToString("X4", CultureInfo.InvariantCulture)));
}
