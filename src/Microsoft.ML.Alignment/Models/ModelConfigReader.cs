namespace Microsoft.ML.Alignment.Models;

/// <summary>Turns <c>config.json</c> into a <see cref="ModelConfig"/>: what families have in common is read here, the rest by the family.</summary>
/// <remarks>
/// A key that nobody reads is refused if its value switches something on, since ignoring it could change numbers silently; keys known to
/// say nothing about the network are listed in <see cref="HarmlessKeys"/>.
/// </remarks>
internal sealed class ModelConfigReader
{
    // Limits far above any model, so that a damaged file is refused before anything is allocated for it.
    private const int MaxWidth = 1 << 20;
    private const int MaxLayers = 4096;
    private const int MaxVocabulary = 1 << 24;
    private const int DefaultFirstWindow = 28;

    private static readonly Dictionary<string, Activation> Activations = new()
    {
        ["silu"] = Activation.Silu, ["swish"] = Activation.Silu,
        ["gelu_pytorch_tanh"] = Activation.GeluTanh, ["gelu_new"] = Activation.GeluTanh,
    };

    private readonly DecoderFamily _family;
    private readonly JsonSettings? _generation;

    private ModelConfigReader(DecoderFamily family, JsonSettings settings, JsonSettings? generation) =>
        (_family, Settings, _generation) = (family, settings, generation);

    /// <summary>Gets the settings.</summary>
    public JsonSettings Settings { get; }

    /// <inheritdoc cref="ModelConfig.Parse"/>
    public static ModelConfig Read(JsonSettings config, JsonSettings? generation)
    {
        var family = DecoderFamily.Of(config.FindText("model_type"));
        var result = family.Read(new(family, config, generation));
        RefuseUnknown(config, family.ModelType);
        return result;
    }

    /// <summary>What the keys say that families share: all layers turn alike and see everything.</summary>
    public ModelConfig Common()
    {
        var keys = _family.Keys;
        var vocabularySize = Settings.Count("vocab_size", MaxVocabulary);
        var heads = Settings.Count(keys.Heads, MaxWidth);
        var width = Settings.Count(keys.Width, MaxWidth);
        var headSize = HeadSize(Settings.FindCount("head_dim", MaxWidth) ?? keys.DefaultHeadSize, width, heads);
        var layer = new LayerConfig(keys.HasRotary ? ReadRotary(headSize, keys.TurnsPartOfHeads) : null);
        RequireOneShard();
        return new()
        {
            Family = _family,
            VocabularySize = vocabularySize,
            HiddenSize = width,
            IntermediateSize = Settings.FindCount(keys.Inner, MaxWidth) ?? keys.InnerOfWidth * width ?? Settings.Count(keys.Inner, MaxWidth),
            Layers = [.. Enumerable.Repeat(layer, Settings.Count(keys.Layers, MaxLayers))],
            HeadCount = heads,
            KeyValueHeadCount = KeyValueHeads(heads),
            HeadSize = headSize,
            MaxPositions = Settings.Count(keys.Positions, int.MaxValue),
            NormEpsilon = Settings.Positive(keys.Epsilon),
            Activation = ReadActivation(keys),
            TiesEmbeddings = Settings.Find("tie_word_embeddings") is null ? keys.TiesByDefault : Settings.IsOn("tie_word_embeddings"),
            InitializerRange = Settings.FindPositive("initializer_range") ?? 0.02,
            BosTokenId = FirstOrNull(Settings.Ids("bos_token_id", vocabularySize)),
            EosTokenIds = [.. Settings.Ids("eos_token_id", vocabularySize).Union(_generation?.Ids("eos_token_id", vocabularySize) ?? [])],
        };
    }

    /// <summary>Gets the width of windows; null if layers see everything.</summary>
    public int? Window => Settings.FindCount("sliding_window", int.MaxValue);

    /// <summary>Gets that width of families with a switch for windows, whose files have a width though it is off.</summary>
    public int? WindowIfUsed => (Settings.IsOn("use_sliding_window"), Window) is (true, var window) ? window : null;

    /// <summary>Takes note of keys that say nothing of what the network computes, as shares dropped in training.</summary>
    public void Ignore(params string[] keys)
    {
        foreach (var key in keys)
            Settings.Find(key);
    }

    /// <summary>A configuration whose layers from <c>max_window_layers</c> on see a window where <c>use_sliding_window</c> is on.</summary>
    public ModelConfig WithUpperWindows(ModelConfig config)
    {
        var first = Settings.FindCount("max_window_layers", int.MaxValue) ?? DefaultFirstWindow;
        return config with { Layers = Windowed(config.Layers, WindowIfUsed, index => index >= first) };
    }

    /// <summary>The layers with windows: where <c>layer_types</c> says so, or where a rule does if the file has none.</summary>
    /// <param name="layers">The layers as they are without windows.</param>
    /// <param name="window">The width of the windows; null if there are none, whatever the types.</param>
    /// <param name="hasWindow">The rule, by the index of a layer.</param>
    public IReadOnlyList<LayerConfig> Windowed(IReadOnlyList<LayerConfig> layers, int? window, Func<int, bool> hasWindow)
    {
        var types = LayerTypes(layers.Count);
        return window is null
            ? layers
            : [.. layers.Select((layer, index) => (types?[index] ?? hasWindow(index)) ? layer with { Window = window } : layer)];
    }

    /// <summary>Refuses keys that nobody read and that are not known to be harmless.</summary>
    /// <exception cref="NotSupportedException">A key whose value switches something on.</exception>
    internal static void RefuseUnknown(JsonSettings settings, string what)
    {
        var unknown = settings.UnreadSwitches().Where(s => !IsHarmless(s.Key)).Select(s => $"{s.Key} = {s.Value}").ToArray();
        if (unknown.Length > 0)
            throw new NotSupportedException(
                $"{settings.Place} has settings that are not implemented for {what}: {string.Join("; ", unknown)}. " +
                "Ignoring them could change what the model computes; if they do not, remove them from the file.");
    }

    private RotaryConfig ReadRotary(int headSize, bool turnsPartOfHeads)
    {
        var rotary = RotaryConfigReader.Read(Settings);
        if (rotary.Share != 1 && !turnsPartOfHeads)
            throw new NotSupportedException(
                $"{Settings.Place}: partial_rotary_factor {rotary.Share} is not implemented for {_family.ModelType}; implemented is 1.");
        if (rotary.Width(headSize) is var width && (width == 0 || width % 2 != 0))
            throw new InvalidDataException(
                $"{Settings.Place}: {width} dimensions of a head turn; rotary embedding turns pairs, so that must be even and above 0.");
        if (rotary.Scaling is LongRotaryScaling scaling && scaling.ShortFactors.Count != width / 2)
            throw new InvalidDataException(
                $"{Settings.Place}: short_factor has {scaling.ShortFactors.Count} numbers; a head has {width / 2} pairs that turn.");
        return rotary;
    }

    private int HeadSize(int? given, int width, int heads)
    {
        if (given is null && width % heads != 0)
            throw new InvalidDataException(
                $"{Settings.Place}: hidden_size is {width}; without head_dim it must be a multiple of num_attention_heads, which is {heads}.");
        var size = given ?? width / heads;
        return size % 2 == 0
            ? size
            : throw new InvalidDataException(
                $"{Settings.Place}: the width of a head is {size}; rotary embedding turns pairs, so it must be even.");
    }

    // Where a file has both keys, the family's own comes last.
    private Activation ReadActivation(ConfigKeys keys)
    {
        var (key, name) = keys.Activation.Select(key => (key, Settings.FindText(key))).LastOrDefault(pair => pair.Item2 is not null);
        name ??= keys.Activations[0];
        return keys.Activations.Contains(name)
            ? Activations[name]
            : throw new NotSupportedException($"{Settings.Place}: {key} '{name}' is not implemented; implemented is '{keys.Activations[0]}'.");
    }

    private int KeyValueHeads(int heads)
    {
        var count = Settings.FindCount("num_key_value_heads", MaxWidth) ?? heads;
        return heads % count == 0
            ? count
            : throw new InvalidDataException(
                $"{Settings.Place}: num_key_value_heads is {count}; it must divide num_attention_heads, which is {heads}.");
    }

    /// <summary>Whether each layer has a window; null if the file has no list of types.</summary>
    private bool[]? LayerTypes(int count)
    {
        if (Settings.Find("layer_types") is not { } found)
            return null;
        var types = found.ValueKind == System.Text.Json.JsonValueKind.Array ? found.EnumerateArray().Select(type => type.ToString()).ToArray() : [];
        if (types.Length != count)
            throw Settings.Refused("layer_types", found, $"a list with an entry for each of the {count} layers");
        if (types.FirstOrDefault(type => type is not ("sliding_attention" or "full_attention")) is { } other)
            throw new NotSupportedException(
                $"{Settings.Place}: layer_types has '{other}', which is not implemented; implemented are 'full_attention' and 'sliding_attention'.");
        return [.. types.Select(type => type == "sliding_attention")];
    }

    private void RequireOneShard()
    {
        if (Settings.FindCount("pretraining_tp", MaxWidth) is { } shards && shards != 1)
            throw new NotSupportedException($"{Settings.Place}: pretraining_tp {shards} is not implemented; implemented is 1.");
    }

    private static int? FirstOrNull(IReadOnlyList<int> ids) => ids.Count == 0 ? null : ids[0];

    private static bool IsHarmless(string key) =>
        key.StartsWith('_') || key.EndsWith("_version", StringComparison.Ordinal) || key.StartsWith("transformers", StringComparison.Ordinal)
        || HarmlessKeys.Contains(key);

    /// <summary>Bookkeeping, training-time and generation settings, which do not change what the network computes.</summary>
    private static readonly HashSet<string> HarmlessKeys =
    [
        "architectures", "attention_dropout", "bad_words_ids", "begin_suppress_tokens", "decoder_start_token_id", "diversity_penalty",
        "do_sample", "dtype", "early_stopping", "encoder_no_repeat_ngram_size", "exponential_decay_length_penalty", "finetuning_task",
        "forced_bos_token_id", "forced_eos_token_id", "id2label", "is_decoder", "is_llama_config", "label2id", "length_penalty",
        "max_length", "min_length", "model_name", "name_or_path", "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_labels",
        "num_return_sequences", "output_attentions", "output_hidden_states", "output_scores", "pad_token", "pad_token_id", "prefix",
        "problem_type", "remove_invalid_values", "repetition_penalty", "return_dict", "return_dict_in_generate", "sep_token_id",
        "suppress_tokens", "task_specific_params", "temperature", "tokenizer_class", "top_k", "top_p", "torch_dtype", "torchscript",
        "typical_p", "unsloth_fixed", "use_bfloat16", "use_cache",
    ];
}
