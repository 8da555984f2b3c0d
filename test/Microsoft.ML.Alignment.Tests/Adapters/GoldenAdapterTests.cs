using System.Text.Json;
using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Tests.Adapters;

/// <summary>Adapters of PEFT on a real small model, against PEFT's logits.</summary>
public sealed class GoldenAdapterTests
{
    private const string Model = "models/stories260K";
    private const double Tolerance = 1e-4;

    [SharedFact(Model)]
    public void AdaptersAloneTogetherAndMergedHaveTheLogitsOfPeft()
    {
        var expected = new GoldenTensors(Golden.Path("peft/stories260K/expected.safetensors"));
        var rows = PackedSequences.Of([.. expected.Longs("input_ids").Select(id => (int)id).Chunk((int)expected.Shape("input_ids")[1])]);
        using var model = TestModels.Load(Golden.Shared(Model));
        using var first = model.With([Read("first")], null);
        using var second = model.With([Read("second")], null);
        using var both = model.With([.. first.Adapters, .. second.Adapters], null);
        using var merged = both.MergedCopy(trains: false);

        foreach (var (name, actual) in new[] { ("base", model), ("first", first), ("second", second), ("first+second", both), ("merged", merged) })
            TestModels.Difference(TestModels.Logits(actual, rows), expected.Floats(name)).Should().BeLessThan(Tolerance, name);
    }

    // Read by hand, so that the numbers do not go through the reader of another folder's tests.
    private static Adapter Read(string name)
    {
        var folder = Golden.Path($"peft/stories260K/{name}");
        var configJson = File.ReadAllText(Path.Combine(folder, "adapter_config.json"));
        using var config = JsonDocument.Parse(configJson);
        var (alpha, rank) = (config.RootElement.GetProperty("lora_alpha").GetDouble(), config.RootElement.GetProperty("r").GetDouble());
        var scale = alpha / (config.RootElement.GetProperty("use_rslora").GetBoolean() ? Math.Sqrt(rank) : rank);
        var tensors = SafetensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors")).ReadTensors().ToDictionary(t => t.Name);
        const string Prefix = "base_model.model.";
        const string Suffix = ".lora_A.weight";
        return new(name, configJson, tensors.Keys.Where(key => key.EndsWith(Suffix, StringComparison.Ordinal)).ToDictionary(
            key => key[Prefix.Length..^Suffix.Length],
            key => new LowRankUpdate(Frozen(tensors[key]), Frozen(tensors[key.Replace("lora_A", "lora_B")]), scale, 0)));
    }

    private static Parameter Frozen(StoredTensor stored) => NewParameter.Of(() => WeightDecoder.Decode(stored), trains: false);
}
