using System.Text.Json;

namespace Microsoft.ML.Alignment.Models;

/// <summary>
/// An object of a JSON settings file, read with checks; it remembers which keys were read, so that the rest can be judged.
/// </summary>
/// <param name="value">The object.</param>
/// <param name="place">Where it is, for messages: a file name, or one with a path in it.</param>
internal sealed class JsonSettings(JsonElement value, string place)
{
    private readonly HashSet<string> _read = [];

    /// <summary>Parses the text of a file.</summary>
    /// <exception cref="InvalidDataException">The text is not a JSON object, or holds half a character.</exception>
    public static JsonSettings Parse(string json, string fileName)
    {
        try
        {
            JsonTexts.RequireWhole(json);
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new(document.RootElement.Clone(), fileName)
                : throw new InvalidDataException($"{fileName} holds {document.RootElement.ValueKind}; it must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{fileName} is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Gets where the object is, for messages.</summary>
    public string Place => place;

    /// <summary>The value of a key; null if it is absent or null.</summary>
    public JsonElement? Find(string key)
    {
        _read.Add(key);
        return value.TryGetProperty(key, out var found) && found.ValueKind != JsonValueKind.Null ? found : null;
    }

    /// <summary>The object under a key; null if it is absent or null.</summary>
    public JsonSettings? FindObject(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } found => new(found, $"{place}: {key}"),
        { } found => throw Refused(key, found, "an object"),
    };

    /// <summary>The text of a key; null if it is absent or null.</summary>
    public string? FindText(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } found => found.GetString(),
        { } found => throw Refused(key, found, "a string"),
    };

    /// <summary>A count in [1, <paramref name="maximum"/>]; null if it is absent or null.</summary>
    public int? FindCount(string key, int maximum) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } found when found.TryGetInt32(out var count) && count >= 1 && count <= maximum => count,
        { } found => throw Refused(key, found, $"a whole number from 1 to {maximum}"),
    };

    /// <summary>A count in [1, <paramref name="maximum"/>] that must be there.</summary>
    public int Count(string key, int maximum) => FindCount(key, maximum) ?? throw Missing(key);

    /// <summary>A finite number above 0; null if it is absent or null.</summary>
    public double? FindPositive(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } found when found.TryGetDouble(out var number) && number > 0 && double.IsFinite(number) => number,
        { } found => throw Refused(key, found, "a finite number above 0"),
    };

    /// <summary>A finite number above 0 that must be there.</summary>
    public double Positive(string key) => FindPositive(key) ?? throw Missing(key);

    /// <summary>Whether a switch is on; off if it is absent or null.</summary>
    public bool IsOn(string key) => Find(key) switch
    {
        null => false,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } found => throw Refused(key, found, "true or false"),
    };

    /// <summary>Token ids under a key, written as one id or as a list; none if it is absent or null.</summary>
    public IReadOnlyList<int> Ids(string key, int vocabularySize)
    {
        if (Find(key) is not { } found)
            return [];
        JsonElement[] elements = found.ValueKind == JsonValueKind.Array ? [.. found.EnumerateArray()] : [found];
        return [.. elements.Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out var id) && id >= 0 && id < vocabularySize
            ? id
            : throw Refused(key, found, $"token ids from 0 to {vocabularySize - 1}"))];
    }

    /// <summary>Keys that nobody asked for and whose value switches something on: not null, false, 0, or empty.</summary>
    public IEnumerable<(string Key, string Value)> UnreadSwitches() =>
        from property in value.EnumerateObject()
        where !_read.Contains(property.Name) && !IsOff(property.Value)
        select (property.Name, property.Value.GetRawText());

    /// <summary>The error of a value that makes no sense.</summary>
    public InvalidDataException Refused(string key, JsonElement found, string allowed) =>
        new($"{place}: {key} is {found.GetRawText()}; it must be {allowed}.");

    private InvalidDataException Missing(string key) => new($"{place}: {key} is missing.");

    private static bool IsOff(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => element.TryGetDouble(out var number) && number == 0,
        JsonValueKind.String => element.GetString()!.Length == 0,
        JsonValueKind.Array => element.GetArrayLength() == 0,
        JsonValueKind.Object => !element.EnumerateObject().Any(),
        _ => false,
    };
}
