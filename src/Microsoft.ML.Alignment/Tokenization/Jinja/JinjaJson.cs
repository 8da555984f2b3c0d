using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>JSON to values, and values to JSON as Python's <c>json.dumps</c> writes it with <c>ensure_ascii=False</c>.</summary>
internal static class JinjaJson
{
    /// <summary>The value of a JSON element; its texts are untrusted.</summary>
    public static object? FromJson(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var dictionary = new JinjaDictionary();
                foreach (var property in element.EnumerateObject())
                    dictionary[MarkedText.Untrusted(property.Name)] = FromJson(property.Value);
                return dictionary;
            case JsonValueKind.Array:
                return element.EnumerateArray().Select(FromJson).ToList();
            case JsonValueKind.String:
                return MarkedText.Untrusted(element.GetString()!);
            case JsonValueKind.Number:
                return element.TryGetInt64(out var integer) ? (object)integer : element.GetDouble();
            case JsonValueKind.Null:
                return null;
            default:
                return element.GetBoolean();
        }
    }

    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="arguments"><c>ensure_ascii</c>, <c>indent</c>, <c>separators</c>, <c>sort_keys</c>, as transformers' <c>tojson</c> has
    /// them.</param>
    public static MarkedText ToJson(object? value, JinjaArguments arguments)
    {
        int? indent = arguments.Get(1, "indent") is null ? null : arguments.Integer(1, "indent", 0);
        var layout = new Layout(indent, JinjaOperators.IsTrue(arguments.Get(3, "sort_keys")), 0)
        {
            IsAscii = JinjaOperators.IsTrue(arguments.Get(0, "ensure_ascii")),
            ItemSeparator = MarkedText.Trusted(indent is null ? ", " : ","),
        };
        if (arguments.Get(2, "separators") is { } separators)
        {
            if (JinjaSequences.Iterate(separators) is not [MarkedText item, MarkedText key])
                throw new JinjaFailure("tojson(): separators must be two strings.");
            layout = layout with { ItemSeparator = item, KeySeparator = key };
        }

        var result = new MarkedText.Builder();
        Write(value, layout, result);
        return result.ToMarkedText();
    }

    private static void Write(object? value, Layout layout, MarkedText.Builder result)
    {
        JinjaLimits.CheckCharacters(result.Length + ((value as MarkedText)?.Length ?? 0L));
        JinjaBudget.ChargeItems(1);
        JinjaBudget.ChargeCharacters(2L * (value as MarkedText)?.Length ?? 0L);
        if (layout.Level > JinjaLimits.Depth)
            throw new JinjaFailure($"a value is nested more than {JinjaLimits.Depth} deep.");
        switch (value)
        {
            case MarkedText text:
                result.Append(text.Derive(Quote(text.Text, layout.IsAscii)));
                break;
            case List<object?> or JinjaTuple:
                WriteItems('[', JinjaSequences.Iterate(value), ']', layout, result, (item, inner) => Write(item, inner, result));
                break;
            case JinjaDictionary dictionary:
                WriteDictionary(dictionary, layout, result);
                break;
            default:
                result.Append(MarkedText.Trusted(Scalar(value)));
                break;
        }
    }

    private static void WriteDictionary(JinjaDictionary dictionary, Layout layout, MarkedText.Builder result)
    {
        IEnumerable<KeyValuePair<object, object?>> pairs = layout.SortsKeys
            ? JinjaSequenceFilters.Ordered([.. dictionary], pair => pair.Key, isReversed: false)
            : dictionary;
        WriteItems('{', [.. pairs], '}', layout, result, (pair, inner) =>
        {
            Write(pair.Key is MarkedText ? pair.Key : MarkedText.Trusted(Scalar(pair.Key)), inner, result);
            result.Append(layout.KeySeparator);
            Write(pair.Value, inner, result);
        });
    }

    private static void WriteItems<T>(
        char open, IReadOnlyList<T> items, char close, Layout layout, MarkedText.Builder result, Action<T, Layout> write)
    {
        var inner = layout with { Level = layout.Level + 1 };
        result.Append(MarkedText.Trusted(open.ToString()));
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                result.Append(layout.ItemSeparator);
            result.Append(MarkedText.Trusted(inner.NewLine));
            write(items[i], inner);
        }

        result.Append(MarkedText.Trusted((items.Count > 0 ? layout.NewLine : "") + close));
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => JinjaText.OfFloat(number),
        JinjaUndefined undefined => throw new JinjaFailure($"{undefined.Problem}, and so cannot be written as JSON."),
        _ => throw new JinjaFailure($"an object of type {JinjaOperators.TypeName(value)} cannot be written as JSON."),
    };

    private static string Quote(string text, bool isAscii)
    {
        var result = new StringBuilder(text.Length + 2).Append('"');
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append(@"\\"),
                '\n' => result.Append(@"\n"),
                '\r' => result.Append(@"\r"),
                '\t' => result.Append(@"\t"),
                '\b' => result.Append(@"\b"),
                '\f' => result.Append(@"\f"),
                > '~' when isAscii => result.Append($"\\u{(int)character:x4}"),
                < ' ' => result.Append($"\\u{(int)character:x4}"),
                _ => result.Append(character),
            };
        }

        return result.Append('"').ToString();
    }

    private sealed record Layout(int? Indent, bool SortsKeys, int Level)
    {
        public bool IsAscii { get; init; }
        public MarkedText ItemSeparator { get; init; } = MarkedText.Empty;
        public MarkedText KeySeparator { get; init; } = MarkedText.Trusted(": ");
        public string NewLine => Indent is { } indent ? "\n" + new string(' ', Math.Clamp(indent, 0, 64) * Level) : "";
    }
}
