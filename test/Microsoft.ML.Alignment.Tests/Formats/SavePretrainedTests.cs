using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using TorchSharp;
using TorchSharp.Modules;

namespace Microsoft.ML.Alignment.Tests.Formats;

public sealed class SavePretrainedTests : IDisposable
{
    private const float Tolerance = 1e-4f;
    private static readonly long[] Ids = [1, 7, 200, 33, 5];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("models/llama")]
    [InlineData("models/llama-tied")]
    [InlineData("models/llama-sharded-bf16")]
    [InlineData("models/stories260K")]
    public void AnUntrainedModelIsSavedAsItWas(string path)
    {
        var original = path.EndsWith("260K", StringComparison.Ordinal) ? Golden.Shared(path) : Golden.Path(path);
        using (var model = PretrainedModel.Load(original))
            model.SavePretrained(_folder["out"]);
        var saved = new GoldenTensors(Path.Combine(_folder["out"], "model.safetensors"));
        var shards = Directory.GetFiles(original, "model*.safetensors").Select(f => new GoldenTensors(f)).ToArray();
        saved.Names.Should().BeEquivalentTo(shards.SelectMany(s => s.Names));
        foreach (var (shard, name) in shards.SelectMany(s => s.Names.Select(n => (s, n))))
        {
            saved.Dtype(name).Should().Be(shard.Dtype(name));
            saved.Shape(name).Should().Equal(shard.Shape(name));
            saved.Bytes(name).Should().Equal(shard.Bytes(name));
        }

        File.ReadAllBytes(Path.Combine(_folder["out"], "config.json")).Should().Equal(File.ReadAllBytes(Path.Combine(original, "config.json")));
    }

    [LinuxFact]
    public void ALinkAtTheTargetStaysAndWhatItPointsToIsFilled()
    {
        Directory.CreateDirectory(_folder["disk"]);
        Directory.CreateSymbolicLink(_folder["out"], "disk");
        using (var model = PretrainedModel.Load(Golden.Path("models/llama")))
            model.SavePretrained(_folder["out"]);
        new DirectoryInfo(_folder["out"]).LinkTarget.Should().Be("disk");
        File.Exists(_folder["disk/config.json"]).Should().BeTrue();
    }

    [Fact]
    public void MergedAdaptersGiveTheLogitsOfTheOriginalToolsMerge()
    {
        var expected = new GoldenTensors(Golden.Path("peft/stories260K/expected.safetensors"));
        using (var stacked = Stacked("first", "second"))
            stacked.SavePretrained(_folder["out"]);
        using var merged = PretrainedModel.Load(_folder["out"]);
        merged.Adapters.Should().BeEmpty();
        var ids = expected.Longs("input_ids");
        ModelChecks.LargestDifference(merged.Logits(ids, (int)expected.Shape("input_ids")[1]), expected.Floats("merged")).Should().BeLessThan(Tolerance);
    }

    [Fact]
    public void MergedWeightsOfABrainFloatModelAreRoundedToTheNearestEven()
    {
        using var loaded = PretrainedModel.Load(Golden.Path("models/llama-sharded-bf16"));
        const string path = "model.layers.1.self_attn.q_proj";
        using var generator = new torch.Generator(5);
        var update = new LowRankUpdate(new(torch.randn(3, 48, generator: generator), false), new(torch.randn(48, 3, generator: generator), false), 0.25, 0);
        using var model = loaded.With([new("x", "{}", new Dictionary<string, LowRankUpdate> { [path] = update })], null);
        model.SavePretrained(_folder["out"]);
        using var weight = model.MergedWeight(path);
        using var rounded = weight.to(torch.ScalarType.BFloat16).to(torch.ScalarType.Float32);
        var saved = new GoldenTensors(Path.Combine(_folder["out"], "model.safetensors"));
        saved.Dtype(path + ".weight").Should().Be("BF16");
        saved.Floats(path + ".weight").Should().Equal(rounded.data<float>().ToArray());
    }

    [Fact]
    public void AQuantisedModelIsSavedAsTheFloatsItStandsFor()
    {
        using var model = PretrainedModel.Load(Golden.Path("gguf/stories260K-q8_0.gguf"));
        model.SavePretrained(_folder["out"]);
        using var again = PretrainedModel.Load(_folder["out"]);
        again.Files.Names.Should().BeEquivalentTo("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "gguf_metadata.json");
        again.BaseWeights.Should().OnlyContain(w => w.Encoding == TensorEncoding.F32);
        again.Logits(Ids, 5).Should().Equal(model.Logits(Ids, 5));
    }

    [Theory]
    [InlineData("models/llama", 0)]
    [InlineData("models/llama-tied", 0)]
    public void ARewardModelIsSavedAsASequenceClassifier(string path, int padId)
    {
        using var loaded = PretrainedModel.Load(Golden.Path(path));
        using var generator = new torch.Generator(3);
        var head = new Parameter(torch.randn(1, 48, generator: generator), requires_grad: false);
        using var model = loaded.With([], head);
        model.SavePretrained(_folder["out"]);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder["out"], "config.json")))!;
        config["architectures"]!.ToJsonString().Should().Be("[\"LlamaForSequenceClassification\"]");
        config["num_labels"]!.GetValue<int>().Should().Be(1);
        config["pad_token_id"]!.GetValue<int>().Should().Be(padId);
        var saved = new GoldenTensors(Path.Combine(_folder["out"], "model.safetensors"));
        saved.Names.Should().NotContain("lm_head.weight");
        saved.Floats("score.weight").Should().Equal(head.data<float>().ToArray());
        saved.Shape("score.weight").Should().Equal(1, 48);
        using var again = PretrainedModel.Load(_folder["out"]);
        Rewards(again).Should().Equal(Rewards(model));
    }

    [Fact]
    public void ARewardModelWithoutPaddingTokenNamesItsEndToken()
    {
        using var loaded = PretrainedModel.Load(Golden.Shared("models/stories260K"));
        using var model = loaded.With([], new Parameter(torch.ones(1, 64), requires_grad: false));
        model.SavePretrained(_folder["out"]);
        JsonNode.Parse(File.ReadAllText(Path.Combine(_folder["out"], "config.json")))!["pad_token_id"]!.GetValue<int>().Should().Be(2);
    }

    [Fact]
    public void ATargetWithSomethingInItIsRefusedAndLeftAlone()
    {
        Directory.CreateDirectory(_folder["out"]);
        File.WriteAllText(Path.Combine(_folder["out"], "mine.txt"), "keep");
        using var model = PretrainedModel.Load(Golden.Path("models/llama"));
        model.Invoking(m => m.SavePretrained(_folder["out"])).Should().Throw<IOException>().WithMessage("*out*not empty*absent or empty*");
        Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Should().BeEquivalentTo(_folder["out"], Path.Combine(_folder["out"], "mine.txt"));
    }

    [Fact]
    public void ASaveThatFailsMidwayLeavesNothing()
    {
        Directory.CreateDirectory(_folder["in"]);
        foreach (var file in Directory.GetFiles(Golden.Path("models/llama")))
            File.WriteAllBytes(Path.Combine(_folder["in"], Path.GetFileName(file)), File.ReadAllBytes(file));
        using var model = PretrainedModel.Load(_folder["in"]);
        using (var weights = new FileStream(Path.Combine(_folder["in"], "model.safetensors"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            weights.SetLength(weights.Length / 2);
        model.Invoking(m => m.SavePretrained(_folder["out"])).Should().Throw<InvalidDataException>().WithMessage("*model.safetensors*truncated*");
        Directory.GetFileSystemEntries(_folder.Path).Should().Equal(_folder["in"]);
    }

    private static LanguageModel Stacked(params string[] adapters)
    {
        var model = PretrainedModel.Load(Golden.Shared("models/stories260K"));
        foreach (var adapter in adapters)
        {
            using var below = model;
            model = below.LoadAdapter(Golden.Path("peft/stories260K/" + adapter));
        }

        return model;
    }

    private static float[] Rewards(LanguageModel model)
    {
        using var noGrad = torch.no_grad();
        using var rewards = model.Rewards(PackedSequences.Of([[1, 5, 9], [1, 7, 2, 44]]), new([], [], [], [0, 0], [2, 6]), default);
        return rewards.data<float>().ToArray();
    }
}
