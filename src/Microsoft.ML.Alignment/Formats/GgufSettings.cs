using System.Globalization;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Alignment.Formats;

/// <summary>The metadata of a GGUF file, read with checks; it remembers which keys were read, so that the rest can be judged.</summary>
internal sealed class GgufSettings(IGgufContents file)
{
    private readonly HashSet<string> _read = [];

    /// <summary>A text; null if it is absent.</summary>
    public string? FindText(string key) => Find(key) switch
    {
        null => null,
        string text => text,
        var found => throw Refused(key, found, "a text"),
    };

    /// <summary>A whole number of 0 or more; null if it is absent.</summary>
    public int? FindCount(string key)
    {
        if (Find(key) is not { } found)
            return null;
        var isWhole = found is byte or ushort or uint or ulong or sbyte or short or int or long;
        return isWhole && Convert.ToDecimal(found, CultureInfo.InvariantCulture) is >= 0 and <= int.MaxValue and var count
            ? (int)count
            : throw Refused(key, found, "a whole number of 0 or more");
    }

    /// <summary>A whole number of 1 or more that must be there.</summary>
    public int Count(string key) => FindCount(key) switch
    {
        null => throw new InvalidDataException($"'{file.Path}' has no '{key}', which a model needs."),
        0 => throw Refused(key, 0, "a whole number of 1 or more"),
        { } count => count,
    };

    /// <summary>A finite number above 0, as the shortest text that gives its float32 value; null if it is absent.</summary>
    public string? FindPositive(string key) => Find(key) switch
    {
        null => null,
        float number when number > 0 && float.IsFinite(number) => Shortest(number),
        var found => throw Refused(key, found, "a finite float32 above 0"),
    };

    /// <summary>A number above 0 of either kind; null if it is absent or 0, which says that there is none.</summary>
    public JsonNode? FindNumber(string key) => Find(key) switch
    {
        null or 0f => null,
        float => JsonNode.Parse(FindPositive(key)!),
        _ => FindCount(key) is > 0 and var count ? count : null,
    };

    /// <summary>Refuses a text other than the one that means what is done anyway.</summary>
    /// <exception cref="NotSupportedException">It is there with another value.</exception>
    public void Allow(string key, string text)
    {
        if (FindText(key) is { } found && found != text)
            throw NotImplemented(key, found, $"'{text}'");
    }

    /// <summary>Refuses a count above the largest that means what is done anyway.</summary>
    /// <exception cref="NotSupportedException">It is there with a larger value.</exception>
    public void AllowAtMost(string key, int largest)
    {
        if (FindCount(key) is { } found && found > largest)
            throw NotImplemented(key, found, $"at most {largest}");
    }

    /// <summary>Refuses a count that differs from what other values say.</summary>
    /// <exception cref="NotSupportedException">It is there with another value.</exception>
    public void AllowOnly(string key, long count)
    {
        if (FindCount(key) is { } found && found != count)
            throw NotImplemented(key, found, $"{count}, which the rest of the file implies");
    }

    /// <summary>Refuses keys with a prefix that nobody read.</summary>
    /// <exception cref="NotSupportedException">There are some; the message names them.</exception>
    public void RefuseUnread(string prefix)
    {
        var unknown = file.Metadata.Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal) && !_read.Contains(p.Key))
            .Select(p => $"{p.Key} = {Show(p.Value)}").ToArray();
        if (unknown.Length > 0)
            throw new NotSupportedException(
                $"'{file.Path}' has settings that are not implemented: {string.Join("; ", unknown)}. Ignoring them could change what " +
                "the model computes.");
    }

    private object? Find(string key)
    {
        _read.Add(key);
        return file.Metadata.GetValueOrDefault(key);
    }

    private InvalidDataException Refused(string key, object found, string allowed) => new(
        $"'{file.Path}': {key} is {Show(found)}; it must be {allowed}.");

    private NotSupportedException NotImplemented(string key, object found, string allowed) => new(
        $"'{file.Path}': {key} is {Show(found)}; implemented is {allowed}.");

    private static string Show(object value) => value is Array array
        ? $"an array of {array.Length}"
        : $"'{Convert.ToString(value, CultureInfo.InvariantCulture)}'";

    private static string Shortest(float number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }
}
