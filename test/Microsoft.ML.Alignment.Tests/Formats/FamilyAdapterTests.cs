using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Formats;
using TorchSharp;

namespace Microsoft.ML.Alignment.Tests.Formats;

/// <summary>Adapters that PEFT made for models with fused and with transposed projections.</summary>
public sealed class FamilyAdapterTests : IDisposable
{
    private const float Tolerance = 1e-4f;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedTheory]
    [InlineData("gpt2")]
    [InlineData("phi3")]
    public void AdaptersAloneTogetherAndMergedHaveTheLogitsOfPeft(string family)
    {
        var golden = new GoldenTensors(Golden.Path($"peft/{family}/expected.safetensors"));
        using var model = TestModels.Load(Golden.Path($"models/{family}"));
        using var first = model.LoadAdapter(Golden.Path($"peft/{family}/first"));
        using var second = model.LoadAdapter(Golden.Path($"peft/{family}/second"));
        using var both = first.LoadAdapter(Golden.Path($"peft/{family}/second"));
        using var merged = both.MergedCopy(trains: false);
        both.SavePretrained(_folder["merged"]);
        using var written = PretrainedModel.Load(_folder["merged"]);

        foreach (var (name, actual) in new[] { ("base", model), ("first", first), ("second", second), ("first+second", both), ("merged", merged), ("merged", written) })
            ModelChecks.LargestDifference(Logits(actual, golden), golden.Floats(name)).Should().BeLessThan(Tolerance, name);
    }

    [SharedTheory]
    [InlineData("gpt2")]
    [InlineData("phi3")]
    public void ASavedAdapterHasPeftsConfigurationKeysAndBytes(string family)
    {
        using var model = TestModels.Load(Golden.Path($"models/{family}"));
        using var adapted = model.LoadAdapter(Golden.Path($"peft/{family}/first"));
        adapted.SaveAdapters(_folder["out"]);
        var saved = new GoldenTensors(Path.Combine(_folder["out"], "01-first", "adapter_model.safetensors"));
        var original = new GoldenTensors(Golden.Path($"peft/{family}/first/adapter_model.safetensors"));
        saved.Names.Should().BeEquivalentTo(original.Names);
        foreach (var key in original.Names)
            saved.Bytes(key).Should().Equal(original.Bytes(key));
        JsonNode.DeepEquals(Config(Path.Combine(_folder["out"], "01-first")), Config(Golden.Path($"peft/{family}/first"))).Should().BeTrue();
    }

    [SharedTheory]
    [InlineData("gpt2", true, "c_attn", "c_proj", "c_fc")]
    [InlineData("phi3", false, "qkv_proj", "o_proj", "gate_up_proj", "down_proj")]
    public void ANewAdapterIsOnAllLinearLayersAndSaysHowTheirMatricesLie(string family, bool isTransposed, params string[] modules)
    {
        using var model = TestModels.Load(Golden.Path($"models/{family}"));
        using var adapted = model.With([LoraAdapter.Create(model, new() { Rank = 2 }, "new", 1)], null);
        adapted.SaveAdapters(_folder["out"]);
        var config = Config(Path.Combine(_folder["out"], "01-new"));
        config["fan_in_fan_out"]!.GetValue<bool>().Should().Be(isTransposed);
        config["target_modules"]!.AsArray().Select(module => module!.GetValue<string>()).Should().BeEquivalentTo(modules);
        adapted.Adapters[0].Updates.Should().HaveCount(model.LinearLayers.Count);
    }

    private static JsonNode Config(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, PeftConfig.FileName)))!;

    private static float[] Logits(LanguageModel model, GoldenTensors golden) =>
        model.Logits(golden.Longs("input_ids"), (int)golden.Shape("input_ids")[1]);
}
