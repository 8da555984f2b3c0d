using System.Text;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Models;

public class EndTokensTests
{
    private const string EndOfText = "<|endoftext|>"; // 0
    private static readonly ModelTokenizer Tokenizer = ModelTokenizer.FromJson(Golden.Text("tokenizers/smollm-style/tokenizer.json"));

    [Fact]
    public void TheTokenThatTheTemplateWritesEndsACompletionToo()
    {
        var files = Files(Golden.Text("chat/smollm2/template.jinja"), $$"""{"eos_token": "{{EndOfText}}"}""");
        var ends = EndTokens.Of(Config("0"), files, Tokenizer);

        ends.Ids.Should().Equal(0, 2);
        ends.Disagreement.Should().Match("*config.json*<|endoftext|> (0)*chat template <|im_end|> (2)*ends a completion*");
        var encoder = new PromptEncoder(Tokenizer, ChatTemplateReader.Read(files), PromptFormat.UserTurn, ends.Ids);
        encoder.EncodeCompletion("a", "went").Should().Equal([.. Tokenizer.EncodeText("went"), 2], "the newline behind the turn is not trained");
        encoder.DecodeCompletion([.. Tokenizer.EncodeText("went"), 2, .. Tokenizer.EncodeText("on and on")]).Should().Be("went");
    }

    [Fact]
    public void TheTokenizersEndTokenEndsACompletionToo()
    {
        var ends = EndTokens.Of(Config("[1]"), Files(null, """{"eos_token": {"content": "<|im_end|>"}}"""), Tokenizer);

        ends.Ids.Should().Equal(1, 2);
        ends.Disagreement.Should().Contain("tokenizer_config.json <|im_end|> (2)");
    }

    [Fact]
    public void SourcesThatAgreeSayNothing()
    {
        var ends = EndTokens.Of(Config("2"), Files(Golden.Text("chat/smollm2/template.jinja"), """{"eos_token": "<|im_end|>"}"""), Tokenizer);

        ends.Ids.Should().Equal(2);
        ends.Disagreement.Should().BeNull();
    }

    [Theory]
    [InlineData("{{ raise_exception('no') }}")]
    [InlineData("{% include 'x' %}")]
    [InlineData("{% for m in messages %}{{ m.content }}\n### {% endfor %}<|im_end|>")]
    [InlineData("{% for m in messages %}{{ m.content | upper }}<|im_end|>{% endfor %}")]
    public void ATemplateThatDoesNotTellAddsNothing(string template) =>
        EndTokens.Of(Config("0"), Files(template, "{}"), Tokenizer).Ids.Should().Equal(0);

    [Fact]
    public void ALoadedModelKnowsThem()
    {
        var config = TestModels.TinyConfig.Replace("\"vocab_size\": 37", $"\"vocab_size\": {Tokenizer.VocabularySize}").Replace("\"eos_token_id\": 2", "\"eos_token_id\": 0");
        var weights = RandomWeights.Make(ModelConfig.Parse(config, null), 1);
        var files = Files(Golden.Text("chat/smollm2/template.jinja"), "{}", config);
        using var model = LanguageModel.Load(files, [.. weights.Select(w => new MemoryTensor(w.Key, w.Value))], "a tiny model");
        foreach (var weight in weights.Values)
            weight.Dispose();

        model.Config.EosTokenIds.Should().Equal(0, 2);
        model.EndTokenDisagreement.Should().Contain("<|im_end|>");
    }

    private static ModelConfig Config(string ends) =>
        ModelConfig.Parse(TestModels.TinyConfig.Replace("\"eos_token_id\": 2", $"\"eos_token_id\": {ends}"), null);

    private static ModelFiles Files(string? template, string tokenizerConfig, string config = "{}")
    {
        var files = new Dictionary<string, byte[]>
        {
            [ModelFiles.Config] = Encoding.UTF8.GetBytes(config),
            [ModelFiles.Tokenizer] = Encoding.UTF8.GetBytes(Golden.Text("tokenizers/smollm-style/tokenizer.json")),
            [ModelFiles.TokenizerConfig] = Encoding.UTF8.GetBytes(tokenizerConfig),
        };
        if (template is not null)
            files[ModelFiles.ChatTemplate] = Encoding.UTF8.GetBytes(template);
        return new(files);
    }
}
