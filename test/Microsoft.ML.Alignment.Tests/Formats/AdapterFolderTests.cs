using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Formats;
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
    [InlineData("use_dora", "true", "*use_dora*")]
    [InlineData("peft_type", "\"IA3\"", "*peft_type 'IA3'*LORA*")]
    [InlineData("bias", "\"all\"", "*bias 'all'*none*")]
    [InlineData("lora_bias", "true", "*lora_bias*")]
    [InlineData("modules_to_save", "[\"embed_tokens\"]", "*modules_to_save*embed_tokens*score*")]
    [InlineData("layer_replication", "[[0,2]]", "*layer_replication*")]
    [InlineData("init_lora_weights", "\"pissa\"", "*init_lora_weights \"pissa\"*")]
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
    public void AValueThatMakesNoSenseIsRefused(string key, string value, string message)
    {
        CopyFirst(config => config[key] = JsonNode.Parse(value));
        _model.Invoking(m => m.LoadAdapter(_folder.Path)).Should().Throw<InvalidDataException>().WithMessage(message);
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

    private void CopyFirst(Action<JsonObject> change)
    {
        var original = Golden.Path("peft/stories260K/first");
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(original, PeftConfig.FileName)))!.AsObject();
        change(config);
        File.WriteAllText(_folder[PeftConfig.FileName], config.ToJsonString());
        File.WriteAllBytes(_folder["adapter_model.safetensors"], File.ReadAllBytes(Path.Combine(original, "adapter_model.safetensors")));
    }
}
