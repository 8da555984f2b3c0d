using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Formats;

/// <summary>A stack of adapters knows the base it was trained on: by all of its configuration, and by its weights.</summary>
public sealed class AdapterBaseTests : IDisposable
{
    private const string Llama3Scaling = """
        "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                         "original_max_position_embeddings": 32}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"rope_theta\": 10000.0", "\"rope_theta\": 10000.0, " + Llama3Scaling, "*Layers.Rotary.Scaling none, not Llama3RotaryScaling*")]
    [InlineData("\"max_position_embeddings\": 96", "\"max_position_embeddings\": 192", "*MaxPositions 96, not 192*")]
    public void AdaptersOfAModelThatOnlyTurnsOtherwiseAreRefused(string old, string changed, string message)
    {
        using var trained = TestModels.Tiny(config: TestModels.TinyConfig.Replace(old, changed));
        Save(trained);
        using var other = TestModels.Tiny();
        other.Invoking(m => m.LoadAdapter(_folder["out"])).Should().Throw<InvalidDataException>().WithMessage("*stack.json*" + message);
        using var again = trained.LoadAdapter(_folder["out"]);
        again.AdapterNames.Should().Equal("lora");
    }

    [Fact]
    public void AdaptersOfOtherWeightsAreRefusedUnlessTheirFoldersAreLoadedOneByOne()
    {
        using var trained = TestModels.Tiny(seed: 1);
        Save(trained);
        using var other = TestModels.Tiny(seed: 2);
        other.Invoking(m => m.LoadAdapter(_folder["out"])).Should().Throw<InvalidDataException>().WithMessage("*stack.json*other weights*one by one*");
        using var forced = other.LoadAdapter(Directory.GetDirectories(_folder["out"]).Single());
        forced.AdapterNames.Should().ContainSingle();
    }

    [Fact]
    public void AStackOfTheFirstVersionIsCheckedAsBefore()
    {
        using var trained = TestModels.Tiny();
        Save(trained);
        var file = Path.Combine(_folder["out"], AdapterStackFile.FileName);
        var stack = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        foreach (var name in new[] { "baseSettings", "baseLayout", "baseWeights" })
            stack.Remove(name).Should().BeTrue();
        stack["formatVersion"] = 1;

        // As version 1 wrote it: llama|37|24|40|2|4|2|8|1E-05|10000|False.
        stack["baseHash"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("llama|37|24|40|2|4|2|8|1E-05|10000|False"u8));
        File.WriteAllText(file, stack.ToJsonString());

        using var again = trained.LoadAdapter(_folder["out"]);
        again.AdapterNames.Should().Equal("lora");
        using var wider = TestModels.Tiny(config: TestModels.TinyConfig.Replace("\"intermediate_size\": 40", "\"intermediate_size\": 44"));
        wider.Invoking(m => m.LoadAdapter(_folder["out"])).Should().Throw<InvalidDataException>().WithMessage("*trained on*another configuration*");
    }

    [Fact]
    public void TheHashOfABaseIsThatOfItsFilesAndWeightsAndDecodesNothing()
    {
        using var model = TestModels.Tiny();
        using var again = TestModels.Tiny();
        using var otherWeights = TestModels.Tiny(seed: 2);
        using var otherFiles = TestModels.Tiny(config: TestModels.TinyConfig.Replace("96", "97"));
        (again.BaseHash, again.WeightsHash).Should().Be((model.BaseHash, model.WeightsHash));
        otherWeights.BaseHash.Should().NotBe(model.BaseHash);
        otherWeights.WeightsHash.Should().NotBe(model.WeightsHash);
        otherFiles.BaseHash.Should().NotBe(model.BaseHash);
        otherFiles.WeightsHash.Should().Be(model.WeightsHash);
        using var copy = model.TrainableCopy();
        var before = copy.WeightsHash;
        using (TorchSharp.torch.no_grad())
            copy.TrainableParameters[0].zero_();
        copy.WeightsHash.Should().NotBe(before, "weights that train have a hash at a time");
    }

    [Fact]
    public void EverySettingOfAConfigurationIsCompared()
    {
        using var model = TestModels.Tiny();
        var settings = ModelSettings.Of(model.Config);
        settings.Should().Contain("HiddenSize", "24").And.Contain("Layers.Rotary.Theta", "10000").And.Contain("Layers.Count", "2")
            .And.Contain("Layers.Window", "none").And.Contain("TiesEmbeddings", "False").And.Contain("NormEpsilon", "1E-05");
        foreach (var name in settings.Keys.ToArray())
            ModelSettings.Differences(model.Config, new Dictionary<string, string> { [name] = "another" }).Should().ContainSingle().Which.Should().StartWith(name);
        ModelSettings.Differences(model.Config, new Dictionary<string, string> { ["OfALaterVersion"] = "1" }).Should().BeEmpty();
    }

    private void Save(LanguageModel model)
    {
        using var adapter = model.With([LoraAdapter.Create(model, new(), "lora", 1)], null);
        adapter.SaveAdapters(_folder["out"]);
    }
}
