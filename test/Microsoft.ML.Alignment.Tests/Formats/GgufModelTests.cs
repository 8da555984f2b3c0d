using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Formats;

public sealed class GgufModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedFact("golden/gguf/stories260K-f32.gguf", "models/stories260K")]
    public void WeightsAreBitEqualToTheHuggingFaceModelTheyCameFrom()
    {
        var expected = new GoldenTensors(Path.Combine(Golden.Shared("models/stories260K"), "model.safetensors"));
        var weights = GgufModel.Read(Golden.Path("gguf/stories260K-f32.gguf")).Weights;
        var untied = expected.Names.Where(n => n != "lm_head.weight");
        weights.Select(t => t.Name).Where(n => n != "lm_head.weight").Should().BeEquivalentTo(untied);
        foreach (var weight in weights)
        {
            weight.Shape.Should().Equal(expected.Shape(weight.Name));
            BytesOf(weight, 1 << 20).Should().Equal(expected.Bytes(weight.Name), weight.Name);
        }
    }

    [Fact]
    public void QuantisedWeightsAreThoseOfTheHuggingFaceModelUpToRounding()
    {
        // Half a step of rounding, and the scale in half precision: 127 steps times 2^-11.
        const float allowedSteps = 0.5f + 127 / 2048f;
        var expected = new GoldenTensors(Path.Combine(Golden.Shared("models/stories260K"), "model.safetensors"));
        foreach (var weight in GgufModel.Read(Golden.Path("gguf/stories260K-q8_0.gguf")).Weights)
        {
            var (values, original) = (Decode(weight), expected.Floats(weight.Name));
            for (var block = 0; block < values.Length; block += 32)
            {
                var range = block..Math.Min(block + 32, values.Length);
                var step = original[range].Max(MathF.Abs) / 127;
                foreach (var (value, exact) in values[range].Zip(original[range]))
                    MathF.Abs(value - exact).Should().BeLessThanOrEqualTo(step * allowedSteps, weight.Name);
            }
        }
    }

    [Fact]
    public void PermutedRowsAreTheSameHoweverTheyAreCutIntoReads()
    {
        foreach (var weight in GgufModel.Read(Golden.Path("gguf/stories260K-q8_0.gguf")).Weights.Where(t => t.Name.EndsWith("k_proj.weight", StringComparison.Ordinal)))
            BytesOf(weight, 7).Should().Equal(BytesOf(weight, 1 << 20));
    }

    [Theory]
    [InlineData("gguf/stories260K-q8_0.gguf", "models/stories260K")]
    public void TheConfigurationSaysWhatTheOriginalSays(string gguf, string model) => CompareConfigurations(Golden.Path(gguf), Golden.Shared(model));

    [SharedFact("models/SmolLM2-135M-Instruct")]
    public void TheConfigurationOfARealChatModelSaysWhatTheOriginalSays()
    {
        var model = Golden.Shared("models/SmolLM2-135M-Instruct");
        var path = Path.Combine(model, "SmolLM2-135M-Instruct.Q4_1.gguf");
        CompareConfigurations(path, model);
        var config = JsonNode.Parse(GgufModel.Read(path).Files.Text(ModelFiles.TokenizerConfig)!)!;
        var expected = JsonNode.Parse(File.ReadAllText(Path.Combine(model, ModelFiles.TokenizerConfig)))!;
        foreach (var key in (string[])["bos_token", "eos_token", "unk_token", "pad_token", "chat_template"])
            config[key]!.GetValue<string>().Should().Be(expected[key]!.GetValue<string>());
    }

    [Fact]
    public void NamedChatTemplatesAreKept()
    {
        var files = Read(Tiny().With("tokenizer.chat_template.rag", "R")).Files;
        FluentActions.Invoking(() => ChatTemplateReader.Read(files)).Should().Throw<NotSupportedException>().WithMessage("*rag*");
        ChatTemplateReader.Read(ChatTemplateReader.Choose(files, "rag"))!.Source.Should().Be("R");
        var both = Read(Tiny().With("tokenizer.chat_template.rag", "R").With("tokenizer.chat_template", "D")).Files;
        ChatTemplateReader.Read(both)!.Source.Should().Be("D");
        ChatTemplateReader.Read(ChatTemplateReader.Choose(both, "rag"))!.Source.Should().Be("R");
    }

    [Fact]
    public void TheTokenizerEncodesAsTheOriginalDoes()
    {
        var tokenizer = ModelTokenizer.FromJson(GgufModel.Read(Golden.Path("gguf/stories260K-q8_0.gguf")).Files.Text(ModelFiles.Tokenizer)!);
        var original = ModelTokenizer.FromJson(File.ReadAllText(Path.Combine(Golden.Shared("models/stories260K"), ModelFiles.Tokenizer)));
        const string text = "Once upon a time, Lily met a \u00e9l\u00e9phant.";
        tokenizer.EncodeText(text).Should().Equal(original.EncodeText(text));
    }

    [Theory]
    [InlineData("general.architecture", "mamba", "*general.architecture is 'mamba'*'gemma2'*'llama'*")]
    [InlineData("general.type", "adapter", "*general.type is 'adapter'*")]
    [InlineData("llama.expert_count", 8u, "*llama.expert_count is '8'*at most 0*")]
    [InlineData("llama.rope.scaling.type", "other", "*llama.rope.scaling.type is 'other'*'none'*")]
    [InlineData("llama.rope.dimension_count", 2u, "*llama.rope.dimension_count is '2'*4*")]
    [InlineData("llama.attention.value_length", 6u, "*llama.attention.value_length is '6'*4*")]
    [InlineData("llama.attention.sliding_window", 128u, "*llama.attention.sliding_window = '128'*")]
    public void ASettingThatCannotBeHonouredIsRefusedByName(string key, object value, string message) =>
        FluentActions.Invoking(() => Read(Tiny(without: key).With(key, value))).Should().Throw<NotSupportedException>().WithMessage("*x.gguf*" + message);

    [Theory]
    [InlineData("llama.block_count")]
    [InlineData("llama.embedding_length")]
    [InlineData("llama.attention.head_count")]
    [InlineData("llama.attention.layer_norm_rms_epsilon")]
    [InlineData("tokenizer.ggml.tokens")]
    public void ASettingThatIsMissingIsNamed(string key) =>
        FluentActions.Invoking(() => Read(Tiny(without: key))).Should().Throw<InvalidDataException>().WithMessage($"*x.gguf*{key}*");

    [Fact]
    public void ATensorThatTheArchitectureDoesNotHaveIsRefusedByName() =>
        FluentActions.Invoking(() => Read(Tiny().WithTensor("blk.0.attn_sinks.weight", 0, [2], new byte[8])))
            .Should().Throw<NotSupportedException>().WithMessage("*'blk.0.attn_sinks.weight'*");

    [Fact]
    public void TheRotaryFactorsOfLlama3BecomeItsFourNumbers()
    {
        var factors = Llama3Factors(factor: 32);
        // Scaled wavelengths / 2π that a public test of transformers quotes for Llama 3.2.
        foreach (var (pair, scaled) in new[] { (0, 1.0), (1, 1.506929), (10, 60.38487), (15, 774.8647), (20, 116682.636), (31, 10617619.8) })
            (factors[pair] * Math.Pow(500_000, pair / 32.0)).Should().BeApproximately(scaled, scaled * 1e-5);
        var rotary = JsonNode.Parse(Read(WithHeadOf64(factors)).Files.Text(ModelFiles.Config)!)!["rope_parameters"];
        JsonNode.DeepEquals(rotary, JsonNode.Parse("""
            {"rope_theta":500000.0,"rope_type":"llama3","factor":32,"high_freq_factor":4,"low_freq_factor":1,"original_max_position_embeddings":8192}
            """)).Should().BeTrue(rotary!.ToJsonString());
    }

    [Fact]
    public void OtherRotaryFactorsAreRefusedByName()
    {
        var factors = Llama3Factors(factor: 8);
        factors[12] *= 1.01f;
        FluentActions.Invoking(() => Read(WithHeadOf64(factors))).Should().Throw<NotSupportedException>().WithMessage("*'rope_freqs.weight'*Llama 3*");
    }

    [Fact]
    public void AQuantisationThatIsNotReadIsRefusedWithItsTensor() =>
        FluentActions.Invoking(() => Read(Tiny().WithTensor("blk.0.ffn_up.weight", 16, [256, 1], new byte[66])))
            .Should().Throw<NotSupportedException>().WithMessage("*'blk.0.ffn_up.weight' as IQ2_XXS*");

    [Fact]
    public void ProjectionsWithOtherThanWholeHeadsAreRefused() =>
        FluentActions.Invoking(() => Read(Tiny().WithTensor("blk.0.attn_q.weight", 0, [8, 6], new byte[192])))
            .Should().Throw<InvalidDataException>().WithMessage("*'blk.0.attn_q.weight' has 6 rows; 2 heads of 4 have 8*");

    [Fact]
    public void AFlippedByteBeforeTheWeightsIsReadOrRefusedWithTheFilesName()
    {
        var whole = File.ReadAllBytes(Golden.Path("gguf/stories260K-q8_0.gguf"));
        var weightsStart = whole.Length - GgufModel.Read(Golden.Path("gguf/stories260K-q8_0.gguf")).Weights.Sum(w => w.ByteLength);
        for (var at = 4; at < weightsStart; at += 23)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= (byte)(1 << (at * 7 % 8));
            File.WriteAllBytes(_folder["x.gguf"], damaged);
            try
            {
                GgufModel.Read(_folder["x.gguf"]).Weights.Sum(w => w.ByteLength).Should().BeLessThan(whole.Length);
            }
            catch (Exception e) when (e is InvalidDataException or NotSupportedException)
            {
                e.Message.Should().Contain("x.gguf", $"byte {at} was flipped");
            }
        }
    }

    private static float[] Llama3Factors(double factor) => [.. Enumerable.Range(0, 32).Select(pair =>
    {
        const double low = 1, high = 4, original = 8192;
        var wavelength = 2 * Math.PI * Math.Pow(500_000, pair / 32.0);
        if (wavelength < original / high)
            return 1f;
        if (wavelength > original / low)
            return (float)factor;
        var smooth = (original / wavelength - low) / (high - low);
        return (float)(1 / ((1 - smooth) / factor + smooth));
    })];

    private static GgufBuilder WithHeadOf64(float[] factors) => Tiny(without: "llama.rope.dimension_count")
        .With("llama.attention.key_length", 64u).With("llama.rope.freq_base", 500_000f)
        .WithTensor("rope_freqs.weight", 0, [32], [.. factors.SelectMany(BitConverter.GetBytes)]);

    private static GgufBuilder Tiny(string without = "")
    {
        var values = new Dictionary<string, object>
        {
            ["general.architecture"] = "llama", ["llama.block_count"] = 1u, ["llama.context_length"] = 16u, ["llama.embedding_length"] = 8u,
            ["llama.feed_forward_length"] = 12u, ["llama.attention.head_count"] = 2u, ["llama.attention.layer_norm_rms_epsilon"] = 1e-5f,
            ["llama.rope.dimension_count"] = 4u,
            ["tokenizer.ggml.model"] = "llama", ["tokenizer.ggml.tokens"] = new[] { "<unk>", "a", "b" }, ["tokenizer.ggml.scores"] = new[] { 0f, -1f, -2f },
        };
        var builder = values.Where(v => v.Key != without).Aggregate(new GgufBuilder(), (b, pair) => b.With(pair.Key, pair.Value));
        return builder.WithTensor(GgufModel.Embedding, 0, [8, 3], new byte[96]);
    }

    private PretrainedFiles Read(GgufBuilder builder)
    {
        File.WriteAllBytes(_folder["x.gguf"], builder.Build());
        return GgufModel.Read(_folder["x.gguf"]);
    }

    private static void CompareConfigurations(string gguf, string model)
    {
        string[] unknowable = ["transformers_version", "output_attentions", "output_hidden_states", "_from_model_config"];
        var config = JsonNode.Parse(GgufModel.Read(gguf).Files.Text(ModelFiles.Config)!)!.AsObject();
        var expected = JsonNode.Parse(File.ReadAllText(Path.Combine(model, ModelFiles.Config)))!.AsObject();
        foreach (var key in unknowable)
            expected.Remove(key);
        config.Select(p => p.Key).Should().Equal(expected.Select(p => p.Key));
        foreach (var (key, value) in expected)
            JsonNode.DeepEquals(config[key], value).Should().BeTrue($"{key} is {config[key]}, in the original {value}");
    }

    private static float[] Decode(StoredTensor tensor)
    {
        var values = new float[tensor.Shape.Aggregate(1L, (a, b) => a * b)];
        BlockQuantization.Decode(tensor.Encoding, BytesOf(tensor, 1 << 20), values);
        return values;
    }

    private static byte[] BytesOf(StoredTensor tensor, int chunk)
    {
        var bytes = new byte[tensor.ByteLength];
        for (var start = 0; start < bytes.Length; start += chunk)
            tensor.Read(start, bytes.AsSpan(start, Math.Min(chunk, bytes.Length - start)));
        return bytes;
    }
}
