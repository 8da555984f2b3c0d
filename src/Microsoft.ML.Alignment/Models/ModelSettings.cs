using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.Alignment.Models;

/// <summary>
/// All that a configuration says of a network, by name: whatever is added to <see cref="ModelConfig"/> is in it. Equal for one model in
/// different file formats.
/// </summary>
internal static class ModelSettings
{
    // They change no number of a network whose weights are there.
    private static readonly string[] NoPartOfTheNetwork =
        [nameof(ModelConfig.Family), nameof(ModelConfig.InitializerRange), nameof(ModelConfig.BosTokenId), nameof(ModelConfig.EosTokenIds)];

    /// <summary>Gets the settings, values as text; one value for all layers where they are alike.</summary>
    public static SortedDictionary<string, string> Of(ModelConfig config)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in PropertiesOf(config).Where(property => !NoPartOfTheNetwork.Contains(property.Name)))
            foreach (var (name, value) in Flatten(property.Name, property.GetValue(config)))
                settings[name] = value;
        return settings;
    }

    /// <summary>Names the settings that are recorded and differ; what only one side knows is not compared, since another version wrote it.</summary>
    /// <returns>One text a setting, e.g. <c>MaxPositions 8192, not 131072</c>.</returns>
    public static IReadOnlyList<string> Differences(ModelConfig config, IReadOnlyDictionary<string, string> recorded) =>
    [
        .. Of(config).Where(own => recorded.TryGetValue(own.Key, out var value) && value != own.Value)
            .Select(own => $"{own.Key} {own.Value}, not {recorded[own.Key]}"),
    ];

    private static IEnumerable<(string Name, string Value)> Flatten(string name, object? value) => value switch
    {
        null => [(name, "none")],
        string or bool or Enum or IFormattable => [(name, Convert.ToString(value, CultureInfo.InvariantCulture)!)],
        IEnumerable list => OfList(name, [.. list.Cast<object?>().Select(item => Flatten(name, item).ToArray())]),
        _ => PropertiesOf(value).SelectMany(property => Flatten($"{name}.{property.Name}", property.GetValue(value)))
            .Prepend((name, value.GetType().Name)),
    };

    private static IEnumerable<(string Name, string Value)> OfList(string name, (string Name, string Value)[][] items) =>
        items.SelectMany(item => item).GroupBy(entry => entry.Name).Select(ofName =>
        {
            string[] values = [.. items.Select(item => item.FirstOrDefault(entry => entry.Name == ofName.Key).Value ?? "none")];
            return (ofName.Key, values.Distinct().Count() == 1 ? values[0] : string.Join(' ', values));
        }).Append((name + ".Count", items.Length.ToString(CultureInfo.InvariantCulture)));

    private static IEnumerable<PropertyInfo> PropertiesOf(object value) =>
        value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.GetIndexParameters().Length == 0);
}
