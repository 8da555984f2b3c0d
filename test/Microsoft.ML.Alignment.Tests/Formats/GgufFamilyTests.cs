using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Formats;
using Microsoft.ML.Alignment.Kernels;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Tests.Formats;

/// <summary>Models of every family in GGUF files, written here as llama.cpp's converter lays them out.</summary>
public sealed class GgufFamilyTests : IDisposable
{
    private static readonly int[] Text = [1, 17, 30, 4, 19, 101, 7, 8, 9, 55, 3, 12, 13, 200];

    // Names of the converter, by hand; a layer's stand behind "blk.N.".
    private static readonly Dictionary<string, string> Names = new()
    {
        ["model.embed_tokens"] = "token_embd", ["model.norm"] = "output_norm", ["lm_head"] = "output",
        ["input_layernorm"] = "attn_norm", ["self_attn.q_proj"] = "attn_q", ["self_attn.k_proj"] = "attn_k", ["self_attn.v_proj"] = "attn_v",
        ["self_attn.o_proj"] = "attn_output", ["self_attn.q_norm"] = "attn_q_norm", ["self_attn.k_norm"] = "attn_k_norm",
        ["self_attn.qkv_proj"] = "attn_qkv", ["mlp.gate_proj"] = "ffn_gate", ["mlp.up_proj"] = "ffn_up", ["mlp.down_proj"] = "ffn_down",
        ["mlp.gate_up_proj"] = "ffn_up", ["post_attention_layernorm"] = "ffn_norm", ["pre_feedforward_layernorm"] = "ffn_norm",
        ["post_feedforward_layernorm"] = "post_ffw_norm",
        ["transformer.wte"] = "token_embd", ["transformer.wpe"] = "position_embd", ["transformer.ln_f"] = "output_norm",
        ["ln_1"] = "attn_norm", ["attn.c_attn"] = "attn_qkv", ["attn.c_proj"] = "attn_output", ["ln_2"] = "ffn_norm",
        ["mlp.c_fc"] = "ffn_up", ["mlp.c_proj"] = "ffn_down",
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedTheory]
    [InlineData("llama", "llama")]
    [InlineData("llama-bias", "llama")]
    [InlineData("llama-rope-linear", "llama")]
    [InlineData("llama-rope-yarn", "llama")]
    [InlineData("qwen2", "qwen2")]
    [InlineData("qwen3", "qwen3")]
    [InlineData("smollm3", "smollm3")]
    [InlineData("phi3", "phi3")]
    [InlineData("gemma2", "gemma2")]
    [InlineData("gemma3", "gemma3")]
    [InlineData("olmo2", "olmo2")]
    [InlineData("granite", "granite")]
    [InlineData("gpt2", "gpt2")]
    public void AModelHasTheLogitsOfItsHuggingFaceFolder(string name, string architecture)
    {
        using var folder = WithoutWhatFilesCannotSay(name);
        File.WriteAllBytes(_folder["x.gguf"], Build(folder, architecture).Build());
        using var file = PretrainedModel.Load(_folder["x.gguf"]);

        var rows = PackedSequences.Of([Text]);
        var expected = TestModels.Logits(folder, rows);
        TestModels.Difference(TestModels.Logits(file, rows), expected).Should().BeLessThan(1e-5 * expected.Max(Math.Abs));
        file.BaseWeights.Select(weight => weight.Name).Should().BeEquivalentTo(folder.BaseWeights.Select(weight => weight.Name));
        using var copy = file.TrainableCopy();
        TestModels.Logits(copy, rows).Should().Equal(TestModels.Logits(file, rows));
    }

    [SharedFact]
    public void LongRopeAndPartialTurningComeFromTheirTensorsAndKeys()
    {
        using var folder = WithoutWhatFilesCannotSay("phi3");
        float[] factors = [1, 1.5f, 2], longFactors = [1, 3, 6];
        var builder = Build(folder, "phi3").With("phi3.rope.dimension_count", 6u).With("phi3.rope.scaling.original_context_length", 64u)
            .With("phi3.rope.scaling.attn_factor", 1.25f)
            .WithTensor(GgufRotary.ShortFactors, 0, [3], Bytes(factors)).WithTensor(GgufRotary.LongFactors, 0, [3], Bytes(longFactors));
        File.WriteAllBytes(_folder["x.gguf"], builder.Build());
        using var file = PretrainedModel.Load(_folder["x.gguf"]);
        file.Config.Layers[0].Rotary.Should().Be(new RotaryConfig(10_000, new LongRotaryScaling([1, 1.5, 2], [1, 3, 6], 64, 1.25), 0.75));
        file.Config.MaxPositions.Should().Be(64);
        file.Config.Layers[0].Rotary!.Frequencies(8).Should().HaveCount(3);
    }

    // The converter drops which layers have windows or do not turn, and what scores are divided by; readers know it of the released models.
    private static LanguageModel WithoutWhatFilesCannotSay(string name)
    {
        var config = JsonNode.Parse(Golden.Text($"models/{name}/config.json"))!.AsObject();
        foreach (var key in (string[])["layer_types", "no_rope_layers", "no_rope_layer_interval", "_sliding_window_pattern"])
            config.Remove(key);
        if (config.ContainsKey("query_pre_attn_scalar"))
            config["query_pre_attn_scalar"] = config["head_dim"]!.GetValue<int>();
        var files = new Dictionary<string, byte[]> { [ModelFiles.Config] = Encoding.UTF8.GetBytes(config.ToJsonString()) };
        return LanguageModel.Load(new(files), TestModels.Weights(Golden.Path($"models/{name}")), name);
    }

    private static GgufBuilder Build(LanguageModel model, string architecture)
    {
        var config = JsonNode.Parse(model.Files.Text(ModelFiles.Config)!)!;
        var builder = new GgufBuilder().With("general.architecture", architecture);
        foreach (var (key, value) in Metadata(model.Config, config))
            builder.With($"{architecture}.{key}", value);
        builder.With("tokenizer.ggml.model", "llama")
            .With("tokenizer.ggml.tokens", Enumerable.Range(0, model.Config.VocabularySize).Select(id => id == 0 ? "<unk>" : $"t{id.ToString(CultureInfo.InvariantCulture)}").ToArray())
            .With("tokenizer.ggml.scores", Enumerable.Range(0, model.Config.VocabularySize).Select(id => (float)-id).ToArray())
            .With("tokenizer.ggml.eos_token_id", 2u);
        foreach (var weight in model.BaseWeights)
        {
            var (values, shape) = Converted(weight, model.Config, architecture);
            builder.WithTensor(NameOf(weight.Name, architecture), 0, [.. shape.Reverse()], Bytes(values));
        }

        return builder;
    }

    private static IEnumerable<(string Key, object Value)> Metadata(ModelConfig sizes, JsonNode config)
    {
        yield return ("block_count", (uint)sizes.LayerCount);
        yield return ("context_length", (uint)sizes.MaxPositions);
        yield return ("embedding_length", (uint)sizes.HiddenSize);
        yield return ("feed_forward_length", (uint)sizes.IntermediateSize);
        yield return ("attention.head_count", (uint)sizes.HeadCount);
        yield return (sizes.Norm == NormKind.Layer ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon", (float)sizes.NormEpsilon);
        if (sizes.Norm == NormKind.Layer)
            yield break;
        yield return ("attention.head_count_kv", (uint)sizes.KeyValueHeadCount);
        yield return ("attention.key_length", (uint)sizes.HeadSize);
        yield return ("attention.value_length", (uint)sizes.HeadSize);
        yield return ("rope.freq_base", (float)sizes.Layers.Max(layer => layer.Rotary?.Theta ?? 0));
        foreach (var (key, name) in new[]
        {
            ("attention.sliding_window", "sliding_window"), ("attn_logit_softcapping", "attn_logit_softcapping"),
            ("final_logit_softcapping", "final_logit_softcapping"), ("embedding_scale", "embedding_multiplier"),
            ("attention.scale", "attention_multiplier"), ("residual_scale", "residual_multiplier"), ("logit_scale", "logits_scaling"),
        })
        {
            if (config[name] is { } value)
                yield return (key, key.EndsWith("window", StringComparison.Ordinal) ? value.GetValue<uint>() : (object)value.GetValue<float>());
        }

        if (config["rope_parameters"]?["rope_type"]?.GetValue<string>() is { } type && type is ("linear" or "yarn"))
        {
            yield return ("rope.scaling.type", type);
            yield return ("rope.scaling.factor", config["rope_parameters"]!["factor"]!.GetValue<float>());
            if (type == "yarn")
                yield return ("rope.scaling.original_context_length", config["rope_parameters"]!["original_max_position_embeddings"]!.GetValue<uint>());
        }
    }

    private static string NameOf(string name, string architecture)
    {
        var (path, ending) = (name[..name.LastIndexOf('.')], name[(name.LastIndexOf('.') + 1)..]);
        var parts = path.Split('.');
        var inLayer = parts is ["model", "layers", ..] or ["transformer", "h", ..];
        var module = inLayer ? string.Join('.', parts[3..]) : path;
        var found = module == "post_attention_layernorm" && (architecture is "gemma2" or "gemma3" or "olmo2")
            ? "post_attention_norm" : Names[module];
        return inLayer ? $"blk.{parts[2]}.{found}.{ending}" : $"{found}.{ending}";
    }

    private static (float[] Values, long[] Shape) Converted(StoredTensor weight, ModelConfig config, string architecture)
    {
        var values = ComputedTensor.ValuesOf(weight);
        var heads = weight.Name.Contains(".q_proj.", StringComparison.Ordinal) ? config.HeadCount
            : weight.Name.Contains(".k_proj.", StringComparison.Ordinal) ? config.KeyValueHeadCount : 0;
        if (heads > 0 && (architecture is "llama" or "smollm3" or "granite"))
            return (Permuted(values, heads, config.HeadSize), weight.Shape);
        if ((architecture is "gemma2" or "gemma3") && weight.Name.EndsWith("norm.weight", StringComparison.Ordinal))
            return ([.. values.Select(value => value + 1)], weight.Shape);
        var isConvolution = architecture == "gpt2" && weight.Shape.Length == 2 && weight.Name.Contains(".h.", StringComparison.Ordinal);
        if (!isConvolution)
            return (values, weight.Shape);
        var (rows, columns) = (weight.Shape[0], weight.Shape[1]);
        return ([.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])], [columns, rows]);
    }

    private static float[] Permuted(float[] values, int heads, int headSize)
    {
        var width = values.Length / (heads * headSize);
        return [.. from head in Enumerable.Range(0, heads) from pair in Enumerable.Range(0, headSize / 2) from half in Enumerable.Range(0, 2)
                   let row = (head * headSize) + (half * headSize / 2) + pair
                   from column in Enumerable.Range(0, width) select values[(row * width) + column]];
    }

    private static byte[] Bytes(float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
