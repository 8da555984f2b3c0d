using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Alignment.Models;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>Which layers an <c>adapter_config.json</c> says that the adapter changes, found as PEFT finds them.</summary>
internal sealed class PeftTargets
{
    private const string AllLinear = "all-linear";

    private readonly Func<string, bool>? _isTarget;
    private readonly Func<string, bool> _isExcluded;
    private readonly int[]? _layers;
    private readonly Regex[] _layerPatterns;

    /// <exception cref="InvalidDataException">A value that makes no sense.</exception>
    /// <exception cref="NotSupportedException">A pattern that is not implemented.</exception>
    public PeftTargets(JsonSettings settings)
    {
        _isTarget = Names(settings, "target_modules");
        _isExcluded = Names(settings, "exclude_modules") ?? (_ => false);
        _layers = Layers(settings);
        _layerPatterns = [.. Texts(settings, "layers_pattern").Where(pattern => pattern.Length > 0)
            .Select(pattern => PeftPattern.Compile(settings, "layers_pattern", pattern, $@"^.*\.(?:{pattern})\.(?<layer>[0-9]+)\."))];
        if (_layers is not null && _layerPatterns.Length == 0)
            _layerPatterns = [new(@"^.*\.[^.]*\.(?<layer>[0-9]+)\.", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)];
    }

    /// <summary>Whether the adapter changes a layer; null where the configuration does not say.</summary>
    public bool? Has(string module) => _isTarget is null ? null : _isTarget(module) && !_isExcluded(module) && IsInLayers(module);

    private bool IsInLayers(string module)
    {
        if (_layers is null)
            return true;
        var match = _layerPatterns.Select(pattern => pattern.Match(module)).FirstOrDefault(found => found.Success);
        return match is not null && int.TryParse(match.Groups["layer"].Value, CultureInfo.InvariantCulture, out var layer) && _layers.Contains(layer);
    }

    // One text is a pattern of whole paths, several are names or ends of paths from a dot on.
    private static Func<string, bool>? Names(JsonSettings settings, string key)
    {
        if (settings.Find(key) is not { } found)
            return null;
        var texts = Texts(settings, key);
        if (found.ValueKind == JsonValueKind.Array)
            return path => texts.Any(name => path == name || path.EndsWith('.' + name, StringComparison.Ordinal));
        if (texts[0] == AllLinear)
            return _ => true;
        var pattern = PeftPattern.Compile(settings, key, texts[0], $@"^(?:{texts[0]})$");
        return pattern.IsMatch;
    }

    private static string[] Texts(JsonSettings settings, string key)
    {
        if (settings.Find(key) is not { } found)
            return [];
        JsonElement[] elements = found.ValueKind == JsonValueKind.Array ? [.. found.EnumerateArray()] : [found];
        return [.. elements.Select(element => element.ValueKind == JsonValueKind.String
            ? element.GetString()!
            : throw settings.Refused(key, found, "a text or a list of texts"))];
    }

    private static int[]? Layers(JsonSettings settings)
    {
        const string Key = "layers_to_transform";
        if (settings.Find(Key) is not { } found)
            return null;
        JsonElement[] elements = found.ValueKind == JsonValueKind.Array ? [.. found.EnumerateArray()] : [found];
        return [.. elements.Select(element => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var layer) && layer >= 0
            ? layer
            : throw settings.Refused(Key, found, "a layer's number from 0 on or a list of them"))];
    }
}
