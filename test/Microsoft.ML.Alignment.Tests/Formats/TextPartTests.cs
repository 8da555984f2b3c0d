using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Formats;

/// <summary>Folders that hold a model for images and text.</summary>
public sealed class TextPartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedTheory]
    [InlineData("language_model.model.", "vision_tower.")]
    [InlineData("model.language_model.", "model.vision_tower.")]
    public void TheTextModelIsReadAndSavedAlone(string textPrefix, string imagePrefix)
    {
        using var expected = TestModels.Load(Golden.Path("models/gemma3"));
        Write(expected, textPrefix, imagePrefix);
        using var model = PretrainedModel.Load(_folder["both"]);
        model.SavePretrained(_folder["text"]);
        using var saved = PretrainedModel.Load(_folder["text"]);

        var rows = PackedSequences.Of([[1, 17, 30, 4, 19, 101, 7, 8, 9, 55, 3]]);
        TestModels.Logits(model, rows).Should().Equal(TestModels.Logits(expected, rows));
        TestModels.Logits(saved, rows).Should().Equal(TestModels.Logits(expected, rows));
        model.Config.EosTokenIds.Should().Equal(7);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder["text"], ModelFiles.Config)))!;
        config["model_type"]!.GetValue<string>().Should().Be("gemma3_text");
        config["architectures"]![0]!.GetValue<string>().Should().Be("Gemma3ForCausalLM");
    }

    [Fact]
    public void WhatThePublishedConfigurationLeavesOutHasTheDefaultsOfTheOriginal()
    {
        var config = """
            {"model_type": "gemma3", "eos_token_id": [1, 106], "vision_config": {"hidden_size": 1152}, "text_config": {"model_type": "gemma3_text",
             "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34, "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
             "sliding_window": 1024}}
            """;
        var files = new ModelFiles(new Dictionary<string, byte[]> { [ModelFiles.Config] = System.Text.Encoding.UTF8.GetBytes(config) });
        var read = ModelConfig.Parse(TextPart.Of(new(files, [])).Files.Text(ModelFiles.Config)!, null);
        (read.VocabularySize, read.HeadCount, read.KeyValueHeadCount, read.HeadSize, read.MaxPositions).Should().Be((262208, 8, 4, 256, 131072));
        read.EosTokenIds.Should().Equal(1, 106);
        read.Layers[5].Should().Be(new LayerConfig(new(1_000_000, new LinearRotaryScaling(8))));
        read.Layers[6].Should().Be(new LayerConfig(new(10_000), 1024));
    }

    private void Write(LanguageModel text, string textPrefix, string imagePrefix)
    {
        var config = JsonNode.Parse(text.Files.Text(ModelFiles.Config)!)!;
        var whole = new JsonObject { ["model_type"] = "gemma3", ["text_config"] = config, ["eos_token_id"] = 7 };
        Directory.CreateDirectory(_folder["both"]);
        File.WriteAllText(Path.Combine(_folder["both"], ModelFiles.Config), whole.ToJsonString());
        var image = new MemoryTensor(imagePrefix + "embeddings.weight", TorchSharp.torch.zeros(3, 2));
        SafetensorsWriter.Write(Path.Combine(_folder["both"], HuggingFaceFolder.Weights),
        [
            .. text.BaseWeights.Select(weight => TensorToWrite.Copy(weight, textPrefix + weight.Name["model.".Length..])),
            TensorToWrite.Copy(image, image.Name),
        ]);
    }
}
