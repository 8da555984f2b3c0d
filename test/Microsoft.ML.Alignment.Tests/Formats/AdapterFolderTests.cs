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
    
    [InlineData("peft_type", "\"IA3\"", "*peft_type 'IA3'*LORA*")]
    [InlineData("bias", "\"all\"", "*bias 'all'*none*")]
    [InlineData("lora_bias", "true", "*lora_bias*")]
    [InlineData("modules_to_save", "[\"embed_tokens\"]", "*modules_to_save*embed_tokens*score*")]
    [InlineData("layer_replication", "[[0,2]]", "*layer_replication*")]
    [InlineData("init_lora_weights", "\"pissa\"", "*init_lora_weights \"pissa\"*")]
    [InlineData("rank_pattern", "{\"(?=q)q_proj\": 2}", "*rank_pattern has the pattern '(?=q)q_proj', which is not implemented*Name the layers*")]
    [InlineData("target_modules", "\"(.)\\\\1\"", "*target_modules has the pattern*which is not implemented*")]
    [InlineData("a_feature_of_tomorrow", "1", "*a_feature_of_tomorrow = 1*")]
    public void AFeatureThatIsNotImplementedIsRefusedByName(string key, string value, string message)
    {
        CopyFirst(config => config[key] = JsonNode.Parse(value));
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<NotSupportedException>().WithMessage($"*{PeftConfig.FileName}{message}");
    }

    [Theory]
    [InlineData("r", "5", "*rank 5*have 4*")]
    [InlineData("r", "0", "*r is 0*")]
    [InlineData("lora_alpha", "null", "*lora_alpha is missing*")]
    [InlineData("lora_dropout", "1", "*lora_dropout is 1*[0, 1)*")]
    [InlineData("rank_pattern", "{\"(\":2}", "*rank_pattern*regular expression*")]
    [InlineData("modules_to_save", "[\"score\"]", "*disagree*score.weight*")]
    [InlineData("lora_alpha", "1e308", "*lora_alpha*scales up to 1000000*")]
    [InlineData("target_modules", "[\"q_proj\"]", "*has an update of 'model.layers.*leave out*")]
    [InlineData("layers_to_transform", "[0, 1]", "*has an update of 'model.layers.2.*leave out*")]
    [InlineData("layers_to_transform", "[-1]", "*layers_to_transform is *-1*a layer's number*")]
    [InlineData("target_modules", "3", "*target_modules is 3*a text or a list of texts*")]
    [InlineData("exclude_modules", "[\"k_proj\"]", "*has an update of 'model.layers.*k_proj'*leave out*")]
    public void AValueThatMakesNoSenseIsRefused(string key, string value, string message)
    {
        CopyFirst(config => config[key] = JsonNode.Parse(value));
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<InvalidDataException>().WithMessage(message);
    }

    [Theory]
    [InlineData("\"all-linear\"")]
    [InlineData("\".*layers\\\\.[0-4]\\\\.(self_attn|mlp)\\\\.[a-z]+_proj\"")]
    [InlineData("null")]
    public void TargetsMayBeAPatternOrAllOrLeftOut(string targets)
    {
        CopyFirst(config => config["target_modules"] = JsonNode.Parse(targets));
        using var with = _model.LoadAdapter(_folder.Path);
        with.Adapters.Should().ContainSingle().Which.Updates.Should().HaveCount(35);
    }

    [Fact]
    public void APartOfAnAdapterIsRefusedAndWhatIsMissingNamed()
    {
        CopyFirst(_ => { });
        KeepTensors(name => !name.Contains("layers.3.", StringComparison.Ordinal) && !name.Contains("layers.4.", StringComparison.Ordinal));
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<InvalidDataException>()
            .WithMessage("*has no update of 'model.layers.3.*' and 13 more, which target_modules and layers_to_transform*not whole*");
    }

    [Fact]
    public void ATensorWithoutALayerIsRefusedByName()
    {
        CopyFirst(_ => { });
        KeepTensors(_ => true, new TensorStoredTensor("base_model.model.lora_A.weight", torch.zeros(4, 64)));
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<NotSupportedException>().WithMessage("*holds tensor 'base_model.model.lora_A.weight'*");
    }

    // W' = m (W + s B A) / ‖W + s B A‖ by rows, as the paper has it in equation 5, with plain loops.
    [Theory]
    [InlineData("lora_magnitude_vector")]
    [InlineData("lora_magnitude_vector.weight")]
    public void DoraIsMergedIntoTheWeights(string ending)
    {
        CopyFirst(config => config["use_dora"] = true);
        var modules = _model.LinearLayers.ToArray();
        var magnitudes = modules.Select((module, index) => new TensorStoredTensor(
            $"base_model.model.{module.Key}.{ending}", torch.arange(module.Value.Out, torch.ScalarType.Float32).div(torch.tensor(10f)).add(torch.tensor(0.5f + index)))).ToArray();
        KeepTensors(_ => true, magnitudes);
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
    public void DoraWithoutItsMagnitudesIsRefused()
    {
        CopyFirst(config => config["use_dora"] = true);
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<InvalidDataException>().WithMessage("*has nothing as lora_magnitude_vector*");
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

    [Fact]
    public void AFolderThatIsNoneSaysWhatMayBeGiven()
    {
        _model.Invoking(m => m.LoadAdapter(_folder["absent"])).Should().Throw<DirectoryNotFoundException>().WithMessage("*absent*PEFT*");
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<FileNotFoundException>().WithMessage("*adapter_config.json*SaveAdapters*");
        CopyFirst(_ => { });
        File.Delete(_folder["adapter_model.safetensors"]);
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<FileNotFoundException>().WithMessage("*adapter_model.safetensors*");
    }

    [Theory]
    [InlineData("{\"formatVersion\":3,\"base\":\"\",\"adapters\":[]}", typeof(NotSupportedException), "*formatVersion 3*2*")]
    [InlineData("{\"formatVersion\":2,\"base\":\"\",\"adapters\":[]}", typeof(InvalidDataException), "*baseSettings*")]
    [InlineData("{\"formatVersion\":1}", typeof(InvalidDataException), "*stack.json*base*")]
    [InlineData("[", typeof(InvalidDataException), "*stack.json*")]
    [InlineData("{\"base\":\"\",\"baseHash\":\"\",\"adapters\":[{\"name\":\"a\",\"folder\":null}]}", typeof(InvalidDataException), "*stack.json*")]
    public void AStackFileThatCannotBeReadIsRefused(string json, Type exception, string message)
    {
        File.WriteAllText(_folder[AdapterStackFile.FileName], json);
        var thrown = _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<Exception>().WithMessage(message);
        thrown.Which.Should().BeOfType(exception);
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

    private void KeepTensors(Func<string, bool> keep, params StoredTensor[] more)
    {
        var path = Path.Combine(Golden.Path("peft/stories260K/first"), "adapter_model.safetensors");
        using var file = SafetensorsFile.Open(path);
        File.Delete(_folder["adapter_model.safetensors"]);
        SafetensorsWriter.Write(_folder["adapter_model.safetensors"], file.ReadTensors().Where(t => keep(t.Name)).Concat(more)
            .Select(t => TensorToWrite.Copy(t, t.Name)));
    }

    private void CopyFirst(Action<JsonObject> change)
    {
        var original = Golden.Path("peft/stories260K/first");
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(original, PeftConfig.FileName)))!.AsObject();
        change(config);
        File.WriteAllText(_folder[PeftConfig.FileName], config.ToJsonString());
        File.WriteAllBytes(_folder["adapter_model.safetensors"], File.ReadAllBytes(Path.Combine(original, "adapter_model.safetensors")));
    }
}
