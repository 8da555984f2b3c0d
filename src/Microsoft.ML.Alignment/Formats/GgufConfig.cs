using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Writes the <c>config.json</c> and <c>generation_config.json</c> that say what the metadata of a GGUF file says.</summary>
internal sealed class GgufConfig
{
    private const string Architecture = "llama";
    private const string Prefix = Architecture + ".";
    private const string DefaultTheta = "10000.0";

    private readonly GgufFile _file;
    private readonly GgufSettings _settings;

    /// <exception cref="NotSupportedException">Another architecture, or a setting that cannot be honoured.</exception>
    /// <exception cref="InvalidDataException">A setting that is missing or makes no sense.</exception>
    public GgufConfig(GgufFile file)
    {
        (_file, _settings) = (file, new(file));
        _settings.Allow("general.architecture", Architecture);
        _settings.Allow("general.type", "model");
        _settings.AllowAtMost("split.count", 1);
        foreach (var key in (string[])["expert_count", "expert_used_count"])
            _settings.AllowAtMost(Prefix + key, 0);
        _settings.Allow(Prefix + "rope.scaling.type", "none");
        HeadCount = _settings.Count(Prefix + "attention.head_count");
        KeyValueHeadCount = _settings.FindCount(Prefix + "attention.head_count_kv") ?? HeadCount;
        var width = _settings.Count(Prefix + "embedding_length");
        HeadSize = _settings.FindCount(Prefix + "attention.key_length") ?? width / HeadCount;
        _settings.AllowOnly(Prefix + "attention.value_length", HeadSize);
        _settings.AllowOnly(Prefix + "rope.dimension_count", HeadSize);
        Config = Compose(width);
        GenerationConfig = ComposeGeneration();
        _settings.RefuseUnread(Prefix);
    }

    /// <summary>Gets the number of query heads.</summary>
    public int HeadCount { get; }

    /// <summary>Gets the number of key and value heads.</summary>
    public int KeyValueHeadCount { get; }

    /// <summary>Gets the width of a head.</summary>
    public int HeadSize { get; }

    /// <summary>Gets what <c>config.json</c> holds.</summary>
    public JsonObject Config { get; }

    /// <summary>Gets what <c>generation_config.json</c> holds.</summary>
    public JsonObject GenerationConfig { get; }

    private JsonObject Compose(int width) => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["attention_bias"] = _file.Names.Contains("blk.0.attn_q.bias"),
        ["attention_dropout"] = JsonNode.Parse("0.0"),
        ["bos_token_id"] = Id("bos"),
        ["dtype"] = Dtype(),
        ["eos_token_id"] = Id("eos"),
        ["head_dim"] = HeadSize,
        ["hidden_act"] = "silu",
        ["hidden_size"] = width,
        ["initializer_range"] = 0.02,
        ["intermediate_size"] = _settings.Count(Prefix + "feed_forward_length"),
        ["max_position_embeddings"] = _settings.Count(Prefix + "context_length"),
        ["mlp_bias"] = _file.Names.Contains("blk.0.ffn_up.bias"),
        ["model_type"] = Architecture,
        ["num_attention_heads"] = HeadCount,
        ["num_hidden_layers"] = _settings.Count(Prefix + "block_count"),
        ["num_key_value_heads"] = KeyValueHeadCount,
        ["pad_token_id"] = Id("padding"),
        ["pretraining_tp"] = 1,
        ["rms_norm_eps"] = NormEpsilon(),
        ["rope_parameters"] = GgufRotaryFactors.Parameters(_file, _settings.FindPositive(Prefix + "rope.freq_base") ?? DefaultTheta, HeadSize),
        ["tie_word_embeddings"] = !_file.Names.Contains(GgufModel.Head),
        ["use_cache"] = true,
        ["vocab_size"] = VocabularySize(),
    };

    private JsonObject ComposeGeneration()
    {
        var ends = new List<int?> { Id("eos"), Id("eot") }.OfType<int>().Distinct().ToArray();
        var generation = new JsonObject
        {
            ["bos_token_id"] = Id("bos"),
            ["eos_token_id"] = ends.Length == 1 ? ends[0] : new JsonArray([.. ends]),
            ["pad_token_id"] = Id("padding"),
        };
        foreach (var absent in generation.Where(p => p.Value is null or JsonArray { Count: 0 }).Select(p => p.Key).ToArray())
            generation.Remove(absent);
        return generation;
    }

    private JsonNode NormEpsilon()
    {
        const string key = Prefix + "attention.layer_norm_rms_epsilon";
        return JsonNode.Parse(_settings.FindPositive(key) ?? throw new InvalidDataException(
            $"'{_file.Path}' has no '{key}', which a model needs."))!;
    }

    /// <summary>The rows of the embedding; the tokenizer may have fewer tokens.</summary>
    private long VocabularySize()
    {
        if (!_file.Names.Contains(GgufModel.Embedding))
            throw new InvalidDataException($"'{_file.Path}' has no tensor '{GgufModel.Embedding}', which a model needs.");
        var rows = _file.Tensor(GgufModel.Embedding).Shape[0];
        _settings.AllowOnly(Prefix + "vocab_size", rows);
        return rows;
    }

    /// <summary>The type in which the converter found the weights, as far as its choice of a file type tells.</summary>
    private string Dtype() => _settings.FindCount("general.file_type") switch
    {
        1 => "float16",
        32 => "bfloat16",
        _ => "float32",
    };

    private int? Id(string token) => _settings.FindCount($"tokenizer.ggml.{token}_token_id");
}
