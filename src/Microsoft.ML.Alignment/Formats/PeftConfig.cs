using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>
/// What the <c>adapter_config.json</c> of a LoRA adapter in PEFT's layout says; what cannot be honoured is refused by name.
/// </summary>
internal sealed class PeftConfig
{
    public const string FileName = "adapter_config.json";
    private const int MaxRank = 1 << 16;

    private const double MaxScale = 1e6;

    /// <summary>
    /// Keys that say how an adapter was made or is run, and whether the base's matrices are transposed, which the base says too.
    /// </summary>
    private static readonly string[] Harmless =
    [
        "auto_mapping", "base_model_name_or_path", "corda_config", "ensure_weight_tying", "eva_config", "fan_in_fan_out", "inference_mode",
        "loftq_config", "lora_ga_config", "megatron_config", "megatron_core", "peft_version",
        "qalora_group_size", "revision", "runtime_config", "task_type",
    ];

    private readonly string _path;
    private readonly int _rank;
    private readonly double _alpha;
    private readonly bool _usesRankStabilisation;
    private readonly (Regex Pattern, double Value)[] _ranks;
    private readonly (Regex Pattern, double Value)[] _alphas;

    /// <param name="json">The text of the file.</param>
    /// <param name="path">Where it is, for messages.</param>
    /// <exception cref="NotSupportedException">Another kind of adapter, or a feature that is not implemented.</exception>
    /// <exception cref="InvalidDataException">A value that is missing or makes no sense.</exception>
    public PeftConfig(string json, string path)
    {
        _path = path;
        var settings = JsonSettings.Parse(json, path);
        Allow(settings, "peft_type", "LORA");
        Allow(settings, "bias", "none");
        RequirePlainStart(settings);
        _rank = settings.Count("r", MaxRank);
        _alpha = settings.Positive("lora_alpha");
        Dropout = settings.Find("lora_dropout") is { } dropout ? ReadDropout(settings, dropout) : 0;
        _usesRankStabilisation = settings.IsOn("use_rslora");
        (_ranks, _alphas) = (Patterns(settings, "rank_pattern"), Patterns(settings, "alpha_pattern"));
        HasRewardHead = ReadsRewardHead(settings);
        IsDora = settings.IsOn("use_dora");
        Targets = new(settings);
        foreach (var key in Harmless)
            settings.Find(key);
        if (settings.UnreadSwitches().FirstOrDefault() is { Key: not null } unknown)
            throw new NotSupportedException(
                $"'{path}': {unknown.Key} = {unknown.Value} is not implemented; adapters are LoRA or DoRA on linear layers.");
    }

    /// <summary>Gets the share of the inputs dropped in training.</summary>
    public double Dropout { get; }

    /// <summary>Gets whether the adapter brings the head of a reward model.</summary>
    public bool HasRewardHead { get; }

    /// <summary>Gets whether the lengths of the changed rows come with it (DoRA).</summary>
    public bool IsDora { get; }

    /// <summary>Gets which layers it changes.</summary>
    public PeftTargets Targets { get; }

    /// <summary>The scale of a layer's update.</summary>
    /// <param name="module">The layer's path.</param>
    /// <param name="foundRank">The rank that the tensors have.</param>
    /// <exception cref="InvalidDataException">The rank is not the one that the configuration gives, or the scale is none.</exception>
    public double ScaleOf(string module, long foundRank)
    {
        var expected = ValueOf(_ranks, module) ?? _rank;
        if (foundRank != expected)
            throw new InvalidDataException($"'{_path}' gives '{module}' the rank {expected}; its tensors have {foundRank}.");
        var alpha = ValueOf(_alphas, module) ?? _alpha;
        var scale = alpha / (_usesRankStabilisation ? Math.Sqrt(foundRank) : foundRank);
        return scale <= MaxScale
            ? scale
            : throw new InvalidDataException(
                $"'{_path}' gives '{module}' lora_alpha {alpha.ToString(CultureInfo.InvariantCulture)}, a scale of " +
                $"{scale.ToString(CultureInfo.InvariantCulture)}; allowed are scales up to {MaxScale}.");
    }

    /// <summary>
    /// The configuration of an adapter as it is saved: its own, with the base named and, if it brings a reward head, that said.
    /// </summary>
    public static byte[] ToSave(Adapter adapter, string baseModel, bool withRewardHead)
    {
        var config = JsonNode.Parse(adapter.ConfigJson)!.AsObject();
        if (config["base_model_name_or_path"] is not JsonValue named || !named.TryGetValue(out string? name) || BaseModelName.IsPath(name))
            config["base_model_name_or_path"] = baseModel;
        if (withRewardHead)
        {
            config["task_type"] = "SEQ_CLS";
            config["modules_to_save"] = new JsonArray(PeftFolder.RewardModule);
        }

        return JsonText.Write(config);
    }

    private static double? ValueOf((Regex Pattern, double Value)[] patterns, string module) =>
        patterns.Where(p => p.Pattern.IsMatch(module)).Select(p => (double?)p.Value).FirstOrDefault();

    private static double ReadDropout(JsonSettings settings, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= 0 and < 1 and var share
            ? share
            : throw settings.Refused("lora_dropout", value, "a number in [0, 1)");

    private static void RequirePlainStart(JsonSettings settings)
    {
        if (settings.Find("init_lora_weights") is { ValueKind: JsonValueKind.String } start
            && start.GetString() is not ("gaussian" or "eva" or "orthogonal"))
            throw new NotSupportedException(
                $"'{settings.Place}': init_lora_weights {start.GetRawText()} changes the base's weights too and is not implemented; " +
                "save the adapter converted to plain LoRA.");
    }

    private static bool ReadsRewardHead(JsonSettings settings)
    {
        if (settings.Find("modules_to_save") is not { } modules)
            return false;
        if (modules.ValueKind != JsonValueKind.Array)
            throw settings.Refused("modules_to_save", modules, "a list");
        var names = modules.EnumerateArray().Select(e => e.ToString()).ToArray();
        return names.All(name => name == PeftFolder.RewardModule)
            ? names.Length > 0
            : throw new NotSupportedException(
                $"'{settings.Place}': modules_to_save {modules.GetRawText()} is not implemented; implemented is " +
                $"'{PeftFolder.RewardModule}', the head of a reward model.");
    }

    private static void Allow(JsonSettings settings, string key, string value)
    {
        if (settings.FindText(key) is { } found && found != value)
            throw new NotSupportedException($"'{settings.Place}': {key} '{found}' is not implemented; implemented is '{value}'.");
    }

    /// <summary>Patterns as PEFT matches them: the end of a path from a dot on.</summary>
    private static (Regex Pattern, double Value)[] Patterns(JsonSettings settings, string key)
    {
        if (settings.Find(key) is not { ValueKind: JsonValueKind.Object } found)
            return [];
        return [.. found.EnumerateObject().Select(p => p.Value.ValueKind == JsonValueKind.Number && p.Value.GetDouble() > 0
            ? (PeftPattern.Compile(settings, key, p.Name, $@"^(?:.*\.)?(?:{p.Name})$"), p.Value.GetDouble())
            : throw settings.Refused($"{key}.{p.Name}", p.Value, "a number above 0"))];
    }
}
