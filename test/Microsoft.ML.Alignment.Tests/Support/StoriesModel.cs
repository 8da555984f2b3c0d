using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Support;

/// <summary>The small pretrained model that recorded runs start from, its adapters and reward heads.</summary>
internal static class StoriesModel
{
    public const string Folder = "models/stories260K";

    public static LanguageModel Load() => PretrainedModel.Load(Golden.Shared(Folder));

    /// <summary>An adapter in PEFT's layout.</summary>
    public static Adapter Adapter(string folder, string name, bool trains = true)
    {
        const string prefix = "base_model.model.", a = ".lora_A.weight", b = ".lora_B.weight";
        var json = File.ReadAllText(Path.Combine(folder, "adapter_config.json"));
        var config = System.Text.Json.JsonDocument.Parse(json).RootElement;
        var scale = config.GetProperty("lora_alpha").GetDouble() / config.GetProperty("r").GetDouble();
        var tensors = new GoldenTensors(Path.Combine(folder, "adapter_model.safetensors"));
        return new(name, json, tensors.Names.Where(n => n.EndsWith(a, StringComparison.Ordinal)).ToDictionary(
            n => n[prefix.Length..^a.Length],
            n => new LowRankUpdate(Parameter(tensors, n, trains), Parameter(tensors, n[..^a.Length] + b, trains), scale, 0)));
    }

    public static Parameter RewardHead(string path) => Parameter(new(path), "score.weight", trains: true);

    private static Parameter Parameter(GoldenTensors tensors, string name, bool trains) =>
        new(tensor(tensors.Floats(name)).reshape(tensors.Shape(name)), trains);
}
