using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Writes the <c>config.json</c> and <c>generation_config.json</c> that say what the metadata of a GGUF file says.</summary>
internal sealed class GgufConfig
{
    /// <summary>The key of all tokens that end a completion, where there are more than there are keys of one.</summary>
    public const string EndTokens = "alignment.end_token_ids";

    private readonly IGgufContents _file;
    private readonly GgufSettings _settings;
    private readonly string _prefix;

    /// <exception cref="NotSupportedException">Another architecture, or a setting that cannot be honoured.</exception>
    /// <exception cref="InvalidDataException">A setting that is missing or makes no sense.</exception>
    public GgufConfig(IGgufContents file)
    {
        (_file, _settings) = (file, new(file));
        var architecture = _settings.FindText("general.architecture");
        Family = DecoderFamily.OfGguf(architecture) ?? throw new NotSupportedException(
            $"'{file.Path}': general.architecture is '{architecture}'; implemented are " +
            $"{string.Join(", ", DecoderFamily.GgufArchitectures.Select(name => $"'{name}'"))}.");
        _prefix = architecture + ".";
        _settings.Allow("general.type", "model");
        _settings.AllowAtMost("split.count", 1);
        foreach (var key in (string[])["expert_count", "expert_used_count"])
            _settings.AllowAtMost(_prefix + key, 0);
        HeadCount = Count("attention.head_count");
        KeyValueHeadCount = FindCount("attention.head_count_kv") ?? HeadCount;
        HeadSize = FindCount("attention.key_length") ?? Count("embedding_length") / HeadCount;
        _settings.AllowOnly(_prefix + "attention.value_length", HeadSize);
        Config = Compose();
        GenerationConfig = ComposeGeneration();
        _settings.RefuseUnread(_prefix);
    }

    /// <summary>Gets the family.</summary>
    public DecoderFamily Family { get; }

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

    // Families whose layers always have biases have no switch for them: the tensors that are asked for here are those with a switch.
    private JsonObject Compose()
    {
        var keys = Family.Keys;
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(Family.Architecture),
            ["attention_bias"] = _file.Names.Contains("blk.0.attn_q.bias") && _file.Names.Contains("blk.0.attn_output.bias"),
            ["attention_dropout"] = JsonNode.Parse("0.0"),
            ["bos_token_id"] = Id("bos"),
            ["dtype"] = Dtype(),
            ["eos_token_id"] = Id("eos"),
            ["head_dim"] = HeadSize,
            [keys.Activation[^1]] = keys.Activations[0],
            [keys.Width] = Count("embedding_length"),
            ["initializer_range"] = 0.02,
            [keys.Inner] = Count("feed_forward_length"),
            [keys.Positions] = Count("context_length"),
            ["mlp_bias"] = _file.Names.Contains("blk.0.ffn_gate.bias"),
            ["model_type"] = Family.ModelType,
            [keys.Heads] = HeadCount,
            [keys.Layers] = Count("block_count"),
            ["num_key_value_heads"] = KeyValueHeadCount,
            ["pad_token_id"] = Id("padding"),
            ["pretraining_tp"] = 1,
            [keys.Epsilon] = NormEpsilon(),
        };
        if (Family.Gguf.HasRotary)
            config["rope_parameters"] = new GgufRotary(_file, _settings, _prefix).Parameters(HeadSize, keys.TurnsPartOfHeads);
        config["tie_word_embeddings"] = !_file.Names.Contains(GgufModel.Head);
        config["use_cache"] = true;
        config["vocab_size"] = VocabularySize();
        foreach (var (key, configKey) in Family.Gguf.Settings)
            if (_settings.FindNumber(_prefix + key) is { } number)
                config[configKey] = number;
        Family.Gguf.Complete?.Invoke(config);
        return config;
    }

    private JsonObject ComposeGeneration()
    {
        var ends = new List<int?> { Id("eos"), Id("eot"), Id("eom") }.OfType<int>()
            .Concat(_file.Metadata.GetValueOrDefault(EndTokens) as int[] ?? []).Distinct().ToArray();
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
        var key = _prefix + Family.Gguf.Epsilon;
        return JsonNode.Parse(_settings.FindPositive(key) ?? throw new InvalidDataException(
            $"'{_file.Path}' has no '{key}', which a model needs."))!;
    }

    /// <summary>The rows of the embedding; the tokenizer may have fewer tokens.</summary>
    private long VocabularySize()
    {
        if (!_file.Names.Contains(GgufModel.Embedding))
            throw new InvalidDataException($"'{_file.Path}' has no tensor '{GgufModel.Embedding}', which a model needs.");
        var rows = _file.Tensor(GgufModel.Embedding).Shape[0];
        _settings.AllowOnly(_prefix + "vocab_size", rows);
        return rows;
    }

    /// <summary>The type in which the converter found the weights, as far as its choice of a file type tells.</summary>
    private string Dtype() => _settings.FindCount("general.file_type") switch
    {
        1 => "float16",
        32 => "bfloat16",
        _ => "float32",
    };

    private int Count(string key) => _settings.Count(_prefix + key);

    private int? FindCount(string key) => _settings.FindCount(_prefix + key);

    private int? Id(string token) => _settings.FindCount($"tokenizer.ggml.{token}_token_id");
}
