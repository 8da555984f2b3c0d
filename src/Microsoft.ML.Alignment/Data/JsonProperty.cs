using System.Text.Json;

namespace Microsoft.ML.Alignment.Data;

/// <summary>The kinds of JSON values that are told apart.</summary>
internal enum JsonKind
{
    Text,
    Number,
    Flag,
    List,
    Object,
}

/// <summary>What the rows of a file hold under one name.</summary>
internal sealed class JsonProperty(string name, JsonRole? role)
{
    private readonly SortedDictionary<JsonKind, JsonLine> _firstOfKind = [];
    private long _seen;
    private long? _firstMissing;
    private InvalidDataException? _firstInvalid;

    public string Name => name;

    public JsonRole? Role => role;

    /// <summary>Whether no value is a list or an object.</summary>
    public bool IsScalar => !_firstOfKind.ContainsKey(JsonKind.List) && !_firstOfKind.ContainsKey(JsonKind.Object);

    /// <summary>Whether every value is of this kind.</summary>
    public bool Is(JsonKind kind) => _firstOfKind.Count == 1 && _firstOfKind.ContainsKey(kind);

    /// <summary>Whether every one of the file's rows has a value.</summary>
    public bool IsComplete(long rows) => _seen == rows && _firstMissing is null;

    /// <summary>Takes note of the value that a row holds.</summary>
    /// <param name="line">The row's line.</param>
    /// <param name="row">The row's index, from 0.</param>
    /// <param name="value">The value; not null.</param>
    public void Note(JsonLine line, long row, JsonElement value)
    {
        if (_seen < row)
            _firstMissing ??= _seen + 1;
        _seen = row + 1;
        _firstOfKind.TryAdd(KindOf(value), line with { Text = "" });
        if (role is null || _firstInvalid is not null)
            return;
        try
        {
            JsonValues.Check(line, this, value);
        }
        catch (InvalidDataException invalid)
        {
            _firstInvalid = invalid;
        }
    }

    /// <summary>Throws what was found wrong with a property that is used in its role.</summary>
    /// <exception cref="InvalidDataException">A value is not what the role needs.</exception>
    public void Require(string path, long rows)
    {
        if (_firstInvalid is not null)
            throw _firstInvalid;
        if (_firstOfKind.TryGetValue(JsonKind.List, out var list) && _firstOfKind.TryGetValue(JsonKind.Text, out var text))
            throw (list.Number > text.Number ? list : text).Error(name,
                $"text and conversations are mixed (text first in line {text.Number}, a conversation first in line {list.Number}); "
                + "a file holds one of them.");
        if (role == JsonRole.Label && !IsComplete(rows))
            throw new InvalidDataException($"{path}, row {_firstMissing ?? _seen + 1}: no '{name}'; each row needs true or false.");
    }

    /// <summary>The name, and the kinds of values that were found.</summary>
    public override string ToString() => $"'{name}' ({string.Join(" and ", _firstOfKind.Keys.Select(Describe))})";

    private static string Describe(JsonKind kind) => kind switch
    {
        JsonKind.List => "lists",
        JsonKind.Object => "objects",
        JsonKind.Number => "numbers",
        JsonKind.Flag => "flags",
        _ => "text",
    };

    private static JsonKind KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonKind.Text,
        JsonValueKind.Number => JsonKind.Number,
        JsonValueKind.True or JsonValueKind.False => JsonKind.Flag,
        JsonValueKind.Array => JsonKind.List,
        _ => JsonKind.Object,
    };
}
