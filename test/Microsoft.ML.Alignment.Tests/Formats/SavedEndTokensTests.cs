using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Formats;

/// <summary>Other tools end a turn where the model that was saved ends it.</summary>
public sealed class SavedEndTokensTests : IDisposable
{
    private static readonly string Vocabulary = Golden.Text("tokenizers/smollm-style/tokenizer.json");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheTemplatesTokenIsWrittenBesideThatOfTheConfiguration()
    {
        using (var model = Model(Golden.Text("chat/smollm2/template.jinja"), generationConfig: null))
            model.SavePretrained(_folder["out"]);

        var written = JsonNode.Parse(File.ReadAllBytes(_folder["out/generation_config.json"]))!;
        written["eos_token_id"]!.AsArray().Select(id => (int)id!).Should().Equal(0, 2);
        written["bos_token_id"]!.GetValue<int>().Should().Be(1, "without the file it was read from config.json");
        using var again = PretrainedModel.Load(_folder["out"]);
        again.Config.EosTokenIds.Should().Equal(0, 2);
    }

    [Fact]
    public void WhatTheFileSaysBesideStays()
    {
        using (var model = Model(Golden.Text("chat/smollm2/template.jinja"), """{"temperature": 0.6, "eos_token_id": 0}"""))
            model.SavePretrained(_folder["out"]);

        JsonNode.DeepEquals(
            JsonNode.Parse(File.ReadAllBytes(_folder["out/generation_config.json"])),
            JsonNode.Parse("""{"temperature": 0.6, "eos_token_id": [0, 2]}""")).Should().BeTrue();
    }

    [Fact]
    public void FilesThatNameAllOfThemStayAsTheyAre()
    {
        const string Said = """{ "eos_token_id":[2,0] }""";
        using (var model = Model(Golden.Text("chat/smollm2/template.jinja"), Said))
            model.SavePretrained(_folder["out"]);
        File.ReadAllText(_folder["out/generation_config.json"]).Should().Be(Said);

        using (var model = Model("{{ messages[0].content }}", generationConfig: null))
            model.SavePretrained(_folder["plain"]);
        File.Exists(_folder["plain/generation_config.json"]).Should().BeFalse();
    }

    private static LanguageModel Model(string template, string? generationConfig)
    {
        var size = ModelTokenizer.FromJson(Vocabulary).VocabularySize;
        var config = TestModels.TinyConfig.Replace("\"vocab_size\": 37", $"\"vocab_size\": {size}").Replace("\"eos_token_id\": 2", "\"eos_token_id\": 0");
        var files = new Dictionary<string, byte[]>
        {
            [ModelFiles.Config] = Encoding.UTF8.GetBytes(config),
            [ModelFiles.Tokenizer] = Encoding.UTF8.GetBytes(Vocabulary),
            [ModelFiles.TokenizerConfig] = "{}"u8.ToArray(),
            [ModelFiles.ChatTemplate] = Encoding.UTF8.GetBytes(template),
        };
        if (generationConfig is not null)
            files[ModelFiles.GenerationConfig] = Encoding.UTF8.GetBytes(generationConfig);
        var weights = RandomWeights.Make(ModelConfig.Parse(config, generationConfig), 1);
        var model = LanguageModel.Load(new(files), [.. weights.Select(w => new MemoryTensor(w.Key, w.Value))], "a tiny model");
        foreach (var weight in weights.Values)
            weight.Dispose();
        return model;
    }
}
