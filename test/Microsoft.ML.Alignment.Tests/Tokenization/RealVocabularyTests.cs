using System.Text.Json;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

public class RealVocabularyTests
{
    [SharedTheory("golden/tokenizers-real")]
    [InlineData("qwen3")]
    [InlineData("gptoss")]
    [InlineData("deepseek_v3")]
    public void IdsAndTextEqualTheReference(string model)
    {
        var folder = Golden.Path("tokenizers-real/" + model);
        var tokenizer = ModelTokenizer.FromJson(RealVocabulary.Json(model));
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        foreach (var row in expected.RootElement.EnumerateArray())
        {
            var text = row.GetProperty("text").GetString()!;
            tokenizer.EncodeWithSpecialTokens(text).Should().Equal(Ids(row, "ids"), "'{0}'", text);
            tokenizer.EncodeMarkup(text).Should().Equal(Ids(row, "ids_no_special"), "'{0}'", text);
            tokenizer.Decode(Ids(row, "ids"), skipSpecialTokens: false).Should().Be(row.GetProperty("decoded").GetString());
            tokenizer.Decode(Ids(row, "ids"), skipSpecialTokens: true).Should().Be(row.GetProperty("decoded_skip_special").GetString());
        }
    }

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
