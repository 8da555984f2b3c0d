using System.Text;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>Models for tests, loaded the shortest way: without tokenizers.</summary>
internal static class TestModels
{
    /// <summary>A configuration of a network so small that every number of it can be looked at; widths differ from each other.</summary>
    public const string TinyConfig = """
        {"model_type": "llama", "vocab_size": 37, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 96, "rms_norm_eps": 1e-5, "initializer_range": 0.3,
         "bos_token_id": 1, "eos_token_id": 2, "rope_theta": 10000.0}
        """;

    /// <summary>The weights of a folder.</summary>
    public static IReadOnlyCollection<StoredTensor> Weights(string folder) =>
    [
        .. Directory.GetFiles(folder, "model*.safetensors").Order().SelectMany(path => SafetensorsFile.Open(path).ReadTensors()),
    ];

    /// <summary>A model of a folder, with a configuration of a given name.</summary>
    public static LanguageModel Load(string folder, string configFile = ModelFiles.Config) => LanguageModel.Load(
        new(new Dictionary<string, byte[]>
        {
            [ModelFiles.Config] = File.ReadAllBytes(Path.Combine(folder, configFile)),
            [ModelFiles.GenerationConfig] = File.ReadAllBytes(Path.Combine(folder, ModelFiles.GenerationConfig)),
        }),
        Weights(folder), folder);

    /// <summary>A fresh model without tokenizer.</summary>
    public static LanguageModel Tiny(int seed = 1, string config = TinyConfig)
    {
        var weights = RandomWeights.Make(ModelConfig.Parse(config, null), seed);
        var files = new ModelFiles(new Dictionary<string, byte[]> { [ModelFiles.Config] = Encoding.UTF8.GetBytes(config) });
        var model = LanguageModel.Load(files, [.. weights.Select(w => new MemoryTensor(w.Key, w.Value))], "a tiny model");
        foreach (var weight in weights.Values)
            weight.Dispose();
        return model;
    }

    /// <summary>A trainable copy in place of the model.</summary>
    public static LanguageModel TrainableOwned(this LanguageModel model)
    {
        using (model)
            return model.TrainableCopy();
    }

    /// <summary>A model on a device in place of the model.</summary>
    public static LanguageModel MovedTo(this LanguageModel model, TorchSharp.torch.Device device)
    {
        using (model)
            return model.On(device);
    }

    /// <summary>Logits of every row. Shape <c>[N, V]</c>, flat.</summary>
    public static float[] Logits(LanguageModel model, PackedRows rows, Precision precision = Precision.Float32)
    {
        using var noGrad = TorchSharp.torch.no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        var options = new ForwardOptions(precision);
        return model.Forward(rows, options).Logits().data<float>().ToArray();
    }

    /// <summary>The largest absolute difference.</summary>
    public static double Difference(float[] actual, float[] expected)
    {
        actual.Should().HaveSameCount(expected);
        return actual.Zip(expected, (a, e) => Math.Abs(a - e)).Max();
    }
}
