namespace Microsoft.ML.Alignment.Models;

/// <summary>Turns <c>config.json</c> into a <see cref="ModelConfig"/>.</summary>
/// <remarks>
/// A key that this reader does not know is refused if its value switches something on, since ignoring it could change numbers silently;
/// keys known to say nothing about the network are listed in <see cref="HarmlessKeys"/>.
/// </remarks>
internal static class ModelConfigReader
{
    // Limits far above any model, so that a damaged file is refused before anything is allocated for it.
    private const int MaxWidth = 1 << 20;
    private const int MaxLayers = 4096;
    private const int MaxVocabulary = 1 << 24;

    /// <inheritdoc cref="ModelConfig.Parse"/>
    public static ModelConfig Read(JsonSettings config, JsonSettings? generation)
    {
        var family = DecoderFamily.Of(config.FindText("model_type"));
        var vocabularySize = config.Count("vocab_size", MaxVocabulary);
        var heads = config.Count("num_attention_heads", MaxWidth);
        var hidden = config.Count("hidden_size", MaxWidth);
        var result = new ModelConfig
        {
            ModelType = family.ModelType,
            VocabularySize = vocabularySize,
            HiddenSize = hidden,
            IntermediateSize = config.Count("intermediate_size", MaxWidth),
            LayerCount = config.Count("num_hidden_layers", MaxLayers),
            HeadCount = heads,
            KeyValueHeadCount = KeyValueHeads(config, heads),
            HeadSize = HeadSize(config, hidden, heads),
            MaxPositions = config.Count("max_position_embeddings", int.MaxValue),
            NormEpsilon = config.Positive("rms_norm_eps"),
            Rotary = RotaryConfigReader.Read(config),
            HasAttentionBias = family.AttentionBiasKey is { } attentionKey && config.IsOn(attentionKey),
            HasMlpBias = family.MlpBiasKey is { } mlpKey && config.IsOn(mlpKey),
            TiesEmbeddings = config.IsOn("tie_word_embeddings"),
            InitializerRange = config.FindPositive("initializer_range") ?? 0.02,
            BosTokenId = FirstOrNull(config.Ids("bos_token_id", vocabularySize)),
            EosTokenIds = [.. config.Ids("eos_token_id", vocabularySize).Union(generation?.Ids("eos_token_id", vocabularySize) ?? [])],
        };
        RequireSilu(config);
        RequireOneShard(config);
        RefuseUnknown(config, result.ModelType);
        return result;
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

    private static int KeyValueHeads(JsonSettings config, int heads)
    {
        var count = config.FindCount("num_key_value_heads", MaxWidth) ?? heads;
        return heads % count == 0
            ? count
            : throw new InvalidDataException(
                $"{config.Place}: num_key_value_heads is {count}; it must divide num_attention_heads, which is {heads}.");
    }

    private static int HeadSize(JsonSettings config, int hidden, int heads)
    {
        var given = config.FindCount("head_dim", MaxWidth);
        if (given is null && hidden % heads != 0)
            throw new InvalidDataException(
                $"{config.Place}: hidden_size is {hidden}; without head_dim it must be a multiple of num_attention_heads, which is {heads}.");
        var size = given ?? hidden / heads;
        return size % 2 == 0
            ? size
            : throw new InvalidDataException($"{config.Place}: the width of a head is {size}; rotary embedding turns pairs, so it must be even.");
    }

    private static void RequireSilu(JsonSettings config)
    {
        if (config.FindText("hidden_act") is { } activation && activation is not ("silu" or "swish"))
            throw new NotSupportedException($"{config.Place}: hidden_act '{activation}' is not implemented; implemented is 'silu'.");
    }

    private static void RequireOneShard(JsonSettings config)
    {
        if (config.FindCount("pretraining_tp", MaxWidth) is { } shards && shards != 1)
            throw new NotSupportedException($"{config.Place}: pretraining_tp {shards} is not implemented; implemented is 1.");
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
