using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats.GgufExport;

/// <summary>What the metadata of a GGUF file says of a network.</summary>
internal static class GgufNetworkKeys
{
    private const string Window = "attention.sliding_window";
    private const string WindowPattern = "attention.sliding_window_pattern";
    private const string LocalTheta = "rope.freq_base_swa";

    /// <summary>The keys with their values.</summary>
    /// <exception cref="NotSupportedException">Something that such files cannot say.</exception>
    public static IEnumerable<KeyValuePair<string, object>> Of(LanguageModel model)
    {
        var (config, facts) = (model.Config, model.Config.Family.Gguf);
        var settings = JsonSettings.Parse(model.Files.Text(ModelFiles.Config)!, ModelFiles.Config);
        return Sizes(config, settings).Concat(GgufRotaryKeys.Of(config)).Concat(OfFamily(config, settings))
            .Append(new("vocab_size", (uint)config.VocabularySize))
            .Select(pair => KeyValuePair.Create($"{facts.Architecture}.{pair.Key}", pair.Value));
    }

    private static IEnumerable<KeyValuePair<string, object>> Sizes(ModelConfig config, JsonSettings settings)
    {
        yield return new("context_length", (uint)Positions(config, settings));
        yield return new("embedding_length", (uint)config.HiddenSize);
        yield return new("block_count", (uint)config.LayerCount);
        yield return new("feed_forward_length", (uint)config.IntermediateSize);
        yield return new("attention.head_count", (uint)config.HeadCount);
        yield return new("attention.head_count_kv", (uint)config.KeyValueHeadCount);
        if (config.HeadSize * config.HeadCount != config.HiddenSize)
        {
            yield return new("attention.key_length", (uint)config.HeadSize);
            yield return new("attention.value_length", (uint)config.HeadSize);
        }

        yield return new(config.Family.Gguf.Epsilon, (float)config.NormEpsilon);
    }

    // Files of most families cannot say that layers see a window only. Within its width they compute the same.
    private static int Positions(ModelConfig config, JsonSettings settings)
    {
        var positions = settings.Count(config.Family.Keys.Positions, int.MaxValue);
        var saysWindows = config.Family.Gguf.Settings.Any(setting => setting.Key == Window);
        return saysWindows ? positions : Math.Min(positions, config.Layers.Min(layer => layer.Window) ?? positions);
    }

    private static IEnumerable<KeyValuePair<string, object>> OfFamily(ModelConfig config, JsonSettings settings)
    {
        foreach (var (key, configKey) in config.Family.Gguf.Settings)
        {
            if (key == WindowPattern)
            {
                if (Pattern(config.Layers) is { } pattern)
                    yield return new(key, (uint)pattern);
            }
            else if (key == Window)
            {
                if (config.Layers.Max(layer => layer.Window) is { } window)
                    yield return new(key, (uint)window);
            }
            else if (key != LocalTheta && settings.FindPositive(configKey) is { } number)
                yield return new(key, (float)number);
        }
    }

    // Every layer but the last of so many has a window.
    private static int? Pattern(IReadOnlyList<LayerConfig> layers) => Enumerable.Range(1, layers.Count)
        .Where(pattern => layers.Select((layer, index) => layer.Window is not null == ((index + 1) % pattern != 0)).All(fits => fits))
        .Select(pattern => (int?)pattern).FirstOrDefault();
}
