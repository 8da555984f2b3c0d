using System.Text;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.Alignment.Tests.Models;

public sealed class WeightLoaderTests
{
    private const string TiedConfig = """
        {"model_type": "llama", "vocab_size": 37, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 1, "num_attention_heads": 4,
         "max_position_embeddings": 96, "rms_norm_eps": 1e-5, "tie_word_embeddings": true}
        """;

    [Fact]
    public void MissingWeightIsRefusedByName() => Refuses(
        weights => weights.RemoveAll(w => w.Name.EndsWith("k_proj.weight", StringComparison.Ordinal)),
        "somewhere: weights are missing*model.layers.0.self_attn.k_proj.weight.");

    [Fact]
    public void SuperfluousWeightIsRefusedByName() => Refuses(
        weights => weights.Add(Weight("model.layers.0.self_attn.q_norm.weight", 8)), "*model.layers.0.self_attn.q_norm.weight*");

    [Fact]
    public void WeightThatIsThereTwiceIsRefusedByName() => Refuses(
        weights => weights.Add(Weight("model.norm.weight", 24)), "*'model.norm.weight' is there twice*");

    [Fact]
    public void WrongShapeIsRefusedByNameWithBothShapes() => Refuses(
        weights => Replace(weights, Weight("model.norm.weight", 25)), "*'model.norm.weight' has shape [25]*[24]*");

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void ValueThatIsNotFiniteIsRefusedByName(float value) => Refuses(
        weights => Replace(weights, new MemoryTensor("model.norm.weight", TensorEncoding.F32, [24], Bytes([value, .. new float[23]]))),
        "*'model.norm.weight' has 1 values that are not finite*");

    [Fact]
    public void FiniteValuesWhoseSumOverflowsAreNotRefused()
    {
        var weights = TiedWeights();
        Replace(weights, new MemoryTensor("model.norm.weight", TensorEncoding.F32, [24], Bytes([.. Enumerable.Repeat(3e38f, 24)])));
        using var model = Load(weights);
        model.Network.Weights["model.norm.weight"][3].item<float>().Should().Be(3e38f);
    }

    [Fact]
    public void BytesThatDoNotFitTheShapeAreRefused() => Refuses(
        weights => Replace(weights, new MemoryTensor("model.norm.weight", TensorEncoding.F32, [24], new byte[92])), "*'model.norm.weight' has 92 bytes of F32*");

    [Fact]
    public void TiedHeadMayBeThereIfItIsTheEmbedding()
    {
        var weights = TiedWeights();
        var embedding = weights.Single(w => w.Name == "model.embed_tokens.weight");
        var bytes = new byte[embedding.ByteLength];
        embedding.Read(0, bytes);
        weights.Add(new MemoryTensor("lm_head.weight", TensorEncoding.F32, [37, 24], bytes));
        using (var model = Load(weights))
            model.BaseWeights.Should().NotContain(weight => weight.Name == "lm_head.weight");
        bytes[0] ^= 1;
        Refuses(weights, "*tie_word_embeddings is true, but 'lm_head.weight' differs from 'model.embed_tokens.weight'*");
    }

    [Fact]
    public void ComputedBuffersOfOldCheckpointsAreIgnored()
    {
        var weights = TiedWeights();
        weights.Add(Weight("model.layers.0.self_attn.rotary_emb.inv_freq", 3));
        using var model = Load(weights);
        model.BaseWeights.Should().HaveCount(model.Network.Weights.Count);
    }

    [Fact]
    public void TensorOfManyChunksIsDecodedWhole()
    {
        var values = Enumerable.Range(0, 3_500_000).Select(i => (float)(i % 1999)).ToArray();
        using var plain = WeightDecoder.Decode(new MemoryTensor("x", TensorEncoding.F32, [7, 500_000], Bytes(values)));
        plain.shape.Should().Equal(7, 500_000);
        plain.data<float>().ToArray().Should().Equal(values);
        var halves = values.SelectMany(v => BitConverter.GetBytes((Half)v)).ToArray();
        using var narrow = WeightDecoder.Decode(new MemoryTensor("x", TensorEncoding.F16, [7, 500_000], halves));
        narrow.data<float>().ToArray().Should().Equal(values);
    }

    [Fact]
    public void TensorInMemoryIsReadFromAnyByte()
    {
        using var values = arange(12, ScalarType.Float32).reshape(3, 4);
        var stored = new TensorStoredTensor("x", values);
        var all = Bytes([.. Enumerable.Range(0, 12).Select(i => (float)i)]);
        stored.ByteLength.Should().Be(48);
        var part = new byte[11];
        stored.Read(6, part);
        part.Should().Equal(all[6..17]);
        stored.Invoking(s => s.Read(40, new byte[9])).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void FreshModelIsAFunctionOfTheSeed()
    {
        var config = ModelConfig.Parse(TestModels.TinyConfig, null);
        var (first, again, other) = (Matrix(config, 1), Matrix(config, 1), Matrix(config, 2));
        first.Should().Equal(again).And.NotEqual(other);
        Math.Sqrt(first.Average(v => (double)v * v)).Should().BeApproximately(config.InitializerRange, 0.1 * config.InitializerRange);
    }

    private static float[] Matrix(ModelConfig config, int seed)
    {
        var weights = RandomWeights.Make(config, seed);
        weights["model.norm.weight"].data<float>().ToArray().Should().OnlyContain(value => value == 1);
        return weights["model.layers.1.mlp.up_proj.weight"].data<float>().ToArray();
    }

    private static void Refuses(Action<List<StoredTensor>> change, string message)
    {
        var weights = TiedWeights();
        change(weights);
        Refuses(weights, message);
    }

    private static void Refuses(List<StoredTensor> weights, string message)
    {
        var act = () => Load(weights);
        act.Should().Throw<InvalidDataException>().WithMessage(message);
    }

    private static LanguageModel Load(List<StoredTensor> weights) =>
        LanguageModel.Load(new(new Dictionary<string, byte[]> { [ModelFiles.Config] = Encoding.UTF8.GetBytes(TiedConfig) }), weights, "somewhere");

    private static List<StoredTensor> TiedWeights() =>
        [.. RandomWeights.Make(ModelConfig.Parse(TiedConfig, null), 1).Select(weight => new MemoryTensor(weight.Key, weight.Value))];

    private static void Replace(List<StoredTensor> weights, StoredTensor changed)
    {
        weights.RemoveAll(weight => weight.Name == changed.Name);
        weights.Add(changed);
    }

    private static MemoryTensor Weight(string name, int length) => new(name, TensorEncoding.F32, [length], new byte[4 * length]);

    private static byte[] Bytes(float[] values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray();
}
