using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Models;
using TorchSharp;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Tests.Formats;

public sealed class AdapterFolderTests : IDisposable
{
    private const float Tolerance = 1e-4f;
    private readonly TemporaryFolder _folder = new();
    private readonly LanguageModel _model = PretrainedModel.Load(Golden.Shared("models/stories260K"));

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("base")]
    [InlineData("first", "first")]
    [InlineData("second", "second")]
    [InlineData("patterned", "patterned")]
    [InlineData("first+second", "first", "second")]
    public void AdaptersGiveTheLogitsThatPeftGives(string expected, params string[] adapters)
    {
        var golden = new GoldenTensors(Golden.Path("peft/stories260K/expected.safetensors"));
        using var stacked = Stack(adapters);
        stacked.AdapterNames.Should().Equal(adapters);
        var logits = stacked.Logits(golden.Longs("input_ids"), (int)golden.Shape("input_ids")[1]);
        ModelChecks.LargestDifference(logits, golden.Floats(expected)).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void ASavedAdapterHasPeftsKeysAndBytes()
    {
        using var stacked = Stack("first", "second");
        stacked.SaveAdapters(_folder["out"]);
        Directory.GetDirectories(_folder["out"]).Select(Path.GetFileName).Should().BeEquivalentTo("01-first", "02-second");
        foreach (var (name, at) in new[] { ("first", "01-first"), ("second", "02-second") })
        {
            var original = new GoldenTensors(Golden.Path($"peft/stories260K/{name}/adapter_model.safetensors"));
            var saved = new GoldenTensors(Path.Combine(_folder["out"], at, "adapter_model.safetensors"));
            saved.Names.Should().BeEquivalentTo(original.Names);
            foreach (var key in original.Names)
                saved.Bytes(key).Should().Equal(original.Bytes(key));
            var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder["out"], at, PeftConfig.FileName)));
            JsonNode.DeepEquals(config, JsonNode.Parse(Golden.Text($"peft/stories260K/{name}/adapter_config.json"))).Should().BeTrue();
        }
    }

    [Fact]
    public void ASavedStackIsReadBackInOrderAndBitEqual()
    {
        using var stacked = Stack("first", "second");
        stacked.SaveAdapters(_folder["out"]);
        using var again = _model.LoadAdapter(_folder["out"]);
        again.AdapterNames.Should().Equal("first", "second");
        again.Logits([1, 9, 77, 4], 4).Should().Equal(stacked.Logits([1, 9, 77, 4], 4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnAdapterMadeHereIsReadBackBitEqual(bool usesRankStabilisation)
    {
        var options = new LoraOptions { Rank = 3, Alpha = 5, Dropout = 0.25, TargetModules = ["q_proj", "down_proj"], UseRsLora = usesRankStabilisation };
        var made = LoraAdapter.Create(_model, options, "sft/one", seed: 2);
        using (torch.no_grad())
        {
            foreach (var update in made.Updates.Values)
                update.B.add_(update.A.sum());
        }

        using var with = _model.With([made], null);
        with.SaveAdapters(_folder["out"]);
        using var again = _model.LoadAdapter(_folder["out"]);
        var read = again.Adapters.Should().ContainSingle().Subject;
        read.Name.Should().Be("sft/one");
        read.Updates.Keys.Should().BeEquivalentTo(made.Updates.Keys).And.HaveCount(10);
        foreach (var (path, update) in made.Updates)
        {
            read.Updates[path].A.data<float>().ToArray().Should().Equal(update.A.data<float>().ToArray());
            read.Updates[path].B.data<float>().ToArray().Should().Equal(update.B.data<float>().ToArray());
            (read.Updates[path].Scale, read.Updates[path].Dropout).Should().Be((update.Scale, 0.25));
            read.Updates[path].A.requires_grad.Should().BeFalse();
        }

        Directory.GetDirectories(_folder["out"]).Select(Path.GetFileName).Should().Equal("01-sft_one");
    }

    [Fact]
    public void AStackFitsItsBaseInAnotherFileFormat()
    {
        using var stacked = Stack("second");
        stacked.SaveAdapters(_folder["out"]);
        using var quantised = PretrainedModel.Load(Golden.Path("gguf/stories260K-q8_0.gguf"));
        using var again = quantised.LoadAdapter(_folder["out"]);
        again.AdapterNames.Should().Equal("second");
    }

    [Fact]
    public void ARewardHeadGoesWithTheLastAdapter()
    {
        using var stacked = Stack("first", "second");
        var head = new Parameter(torch.arange(64, torch.ScalarType.Float32).unsqueeze(0), requires_grad: false);
        using var reward = stacked.With(stacked.Adapters, head);
        reward.SaveAdapters(_folder["out"]);
        new GoldenTensors(Path.Combine(_folder["out"], "01-first", "adapter_model.safetensors")).Names.Should().NotContain(n => n.Contains("score"));
        new GoldenTensors(Path.Combine(_folder["out"], "02-second", "adapter_model.safetensors")).Floats("base_model.model.score.weight").Should().Equal(Enumerable.Range(0, 64).Select(i => (float)i));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder["out"], "02-second", PeftConfig.FileName)))!;
        config["task_type"]!.GetValue<string>().Should().Be("SEQ_CLS");
        config["modules_to_save"]!.ToJsonString().Should().Be("[\"score\"]");
        using var again = _model.LoadAdapter(_folder["out"]);
        again.RewardHead!.data<float>().ToArray().Should().Equal(head.data<float>().ToArray());
    }

    [Fact]
    public void TheSameAdapterTwiceGetsTwoNames()
    {
        using var twice = Stack("first", "first");
        twice.AdapterNames.Should().Equal("first", "first-2");
    }

    [Fact]
    public void AModelWithoutAdaptersHasNoneToSave() =>
        _model.Invoking(m => m.SaveAdapters(_folder["out"])).Should().Throw<InvalidOperationException>().WithMessage("*SavePretrained*");

    [Theory]
    [InlineData("\"all-linear\"")]
    [InlineData("\".*layers\\\\.[0-4]\\\\.(self_attn|mlp)\\\\.[a-z]+_proj\"")]
    [InlineData("null")]
    public void TargetsMayBeAPatternOrAllOrLeftOut(string targets)
    {
        FirstAdapter.Copy(_folder, config => config["target_modules"] = JsonNode.Parse(targets));
        using var with = _model.LoadAdapter(_folder.Path);
        with.Adapters.Should().ContainSingle().Which.Updates.Should().HaveCount(35);
    }

    [Theory]
    [InlineData("lora_magnitude_vector")]
    [InlineData("lora_magnitude_vector.weight")]
    public void DoraIsMergedIntoTheWeights(string ending)
    {
        FirstAdapter.Copy(_folder, config => config["use_dora"] = true);
        var modules = _model.LinearLayers.ToArray();
        var magnitudes = modules.Select((module, index) => new TensorStoredTensor(
            $"base_model.model.{module.Key}.{ending}", torch.arange(module.Value.Out, torch.ScalarType.Float32).div(torch.tensor(10f)).add(torch.tensor(0.5f + index)))).ToArray();
        FirstAdapter.Keep(_folder, _ => true, magnitudes);
        using var merged = _model.LoadAdapter(_folder.Path);

        merged.Adapters.Should().BeEmpty();
        using var plain = Stack("first");
        foreach (var ((path, (rows, columns)), index) in modules.Select((module, index) => (module, index)))
        {
            using var updated = plain.MergedWeight(path);
            using var found = merged.MergedWeight(path);
            var (v, w) = (updated.data<float>().ToArray(), found.data<float>().ToArray());
            for (var row = 0; row < rows; row++)
            {
                var (at, count) = (row * (int)columns, (int)columns);
                var length = Math.Sqrt(v.Skip(at).Take(count).Sum(x => (double)x * x));
                for (var column = 0; column < columns; column++)
                    w[at + column].Should().BeApproximately((float)((row / 10.0 + 0.5 + index) * v[at + column] / length), 1e-4f);
            }
        }

        merged.Invoking(m => m.LoadAdapter(Golden.Path("peft/stories260K/second"))).Should().NotThrow();
        plain.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<NotSupportedException>().WithMessage("*DoRA*on its base alone*");
    }

    [Fact]
    public void AnAdapterMadeHereHasTheKeysOfPeftAndNamesItsBaseWithoutAPath()
    {
        using var with = _model.With([LoraAdapter.Create(_model, new() { Rank = 2, TargetModules = ["q_proj"] }, "made", seed: 1)], null);
        with.SaveAdapters(_folder["out"]);
        var saved = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder["out"], "01-made", PeftConfig.FileName)))!.AsObject();
        var peft = JsonNode.Parse(Golden.Text("peft/stories260K/first/adapter_config.json"))!.AsObject();
        saved.Select(property => property.Key).Should().Equal(peft.Select(property => property.Key));
        saved["base_model_name_or_path"]!.GetValue<string>().Should().Be("stories260K");
        File.ReadAllText(Path.Combine(_folder["out"], AdapterStackFile.FileName)).Should().NotContain(Path.GetDirectoryName(_model.Source)!);
    }

    [Fact]
    public void AnAdapterOfAnotherModelIsRefused()
    {
        using var other = PretrainedModel.Load(Golden.Path("models/llama"));
        other.Invoking(m => m.LoadAdapter(Golden.Path("peft/stories260K/first"))).Should().Throw<InvalidDataException>().WithMessage("*adapter_model.safetensors*");
        using var stacked = Stack("first");
        stacked.SaveAdapters(_folder["out"]);
        other.Invoking(m => m.LoadAdapter(_folder["out"])).Should().Throw<InvalidDataException>().WithMessage("*stack.json*trained on*stories260K*");
    }

    private LanguageModel Stack(params string[] adapters)
    {
        var top = _model.Share();
        foreach (var adapter in adapters)
        {
            using var below = top;
            top = below.LoadAdapter(Golden.Path("peft/stories260K/" + adapter));
        }

        return top;
    }
}
