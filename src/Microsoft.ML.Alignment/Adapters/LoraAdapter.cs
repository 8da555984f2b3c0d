using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Alignment.Arithmetic;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Adapters;

/// <summary>Makes and merges LoRA adapters (Hu et al., 2021, arXiv:2106.09685).</summary>
internal static class LoraAdapter
{
    /// <summary>The version of PEFT whose keys an adapter's configuration has.</summary>
    private const string PeftVersion = "0.21.2";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// A new adapter for a model: A Kaiming-uniform with a = √5, which is uniform in ±1/√in, and B zero, so that the first pass equals the
    /// model's. Its parameters train; no model has it yet.
    /// </summary>
    /// <param name="model">The model whose layers it changes.</param>
    /// <param name="options">Rank, scale, dropout and targets.</param>
    /// <param name="name">Its name, which no adapter of the model has.</param>
    /// <param name="seed">Equal seeds give equal adapters.</param>
    /// <exception cref="ArgumentException">A target module that the model does not have; the message lists those it has.</exception>
    public static Adapter Create(LanguageModel model, LoraOptions options, string name, int seed)
    {
        if (model.AdapterNames.Contains(name))
            throw new ArgumentException($"The model has an adapter '{name}' already; give the new one another name.", nameof(name));
        var paths = Targets(model, options.TargetModules);
        var scale = options.UseRsLora ? options.Alpha / Math.Sqrt(options.Rank) : options.Alpha / options.Rank;
        var device = model.Device;
        using var generator = new Generator((ulong)seed);
        var updates = new Dictionary<string, LowRankUpdate>();
        foreach (var path in paths)
        {
            var (width, input) = model.LinearLayers[path];
            var bound = 1 / Math.Sqrt(input);
            var a = NewParameter.Of(
                () => rand([options.Rank, input], generator: generator).TimesInPlace(2 * bound).MinusInPlace(bound).to(device), trains: true);
            var b = NewParameter.Of(() => zeros(width, options.Rank, device: device), trains: true);
            updates[path] = new(a, b, scale, options.Dropout);
        }

        return new(name, ConfigJson(options, paths, model.Config.HasTransposedLinears), updates);
    }

    /// <summary>
    /// The same model, whose adapters drop no inputs; the caller's. It shares all weights, so that it changes as the model trains.
    /// </summary>
    public static LanguageModel WithoutDropout(LanguageModel model) => model.With([.. model.Adapters.Select(WithoutDropout)], model.RewardHead);

    private static Adapter WithoutDropout(Adapter adapter) =>
        adapter with { Updates = adapter.Updates.ToDictionary(update => update.Key, update => update.Value with { Dropout = 0 }) };

    private static string[] Targets(LanguageModel model, IReadOnlyList<string>? modules)
    {
        string[] all = [.. model.LinearLayers.Keys];
        if (modules is null)
            return all;
        if (modules.FirstOrDefault(module => !all.Any(path => IsTarget(path, module))) is { } unknown)
            throw new ArgumentException(
                $"TargetModules has '{unknown}', which no linear layer of the model is named. " +
                $"It has {string.Join(", ", all.Select(LastName).Distinct())}, for example '{all[0]}'.", nameof(modules));
        return modules.Count > 0
            ? [.. all.Where(path => modules.Any(module => IsTarget(path, module)))]
            : throw new ArgumentException("TargetModules is empty; name layers, or leave it null for all linear layers.", nameof(modules));
    }

    // As in PEFT: a name, or the end of a path from a dot on.
    private static bool IsTarget(string path, string module) => path == module || path.EndsWith("." + module, StringComparison.Ordinal);

    private static string LastName(string path) => path[(path.LastIndexOf('.') + 1)..];

    private static string ConfigJson(LoraOptions options, string[] paths, bool isTransposed)
    {
        var modules = (options.TargetModules ?? [.. paths.Select(LastName).Distinct()]).Select(module => (JsonNode)module);
        return new JsonObject
        {
            ["alora_invocation_tokens"] = null,
            ["alpha_pattern"] = new JsonObject(),
            ["arrow_config"] = null,
            ["auto_mapping"] = null,
            ["base_model_name_or_path"] = null,
            ["bias"] = "none",
            ["corda_config"] = null,
            ["ensure_weight_tying"] = false,
            ["eva_config"] = null,
            ["exclude_modules"] = null,
            ["fan_in_fan_out"] = isTransposed,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["kasa_config"] = null,
            ["layer_replication"] = null,
            ["layers_pattern"] = null,
            ["layers_to_transform"] = null,
            ["loftq_config"] = new JsonObject(),
            ["lora_alpha"] = options.Alpha,
            ["lora_bias"] = false,
            ["lora_dropout"] = options.Dropout,
            ["lora_ga_config"] = null,
            ["megatron_config"] = null,
            ["megatron_core"] = "megatron.core",
            ["modules_to_save"] = null,
            ["monteclora_config"] = null,
            ["peft_type"] = "LORA",
            ["peft_version"] = PeftVersion,
            ["qalora_group_size"] = 16,
            ["r"] = options.Rank,
            ["rank_pattern"] = new JsonObject(),
            ["revision"] = null,
            ["target_modules"] = new JsonArray([.. modules]),
            ["target_parameters"] = null,
            ["task_type"] = "CAUSAL_LM",
            ["trainable_token_indices"] = null,
            ["use_bdlora"] = null,
            ["use_dora"] = false,
            ["use_qalora"] = false,
            ["use_rslora"] = options.UseRsLora,
            ["velora_config"] = null,
        }.ToJsonString(Indented);
    }
}
