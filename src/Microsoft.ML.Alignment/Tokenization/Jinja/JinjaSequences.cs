namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Items, slices, attributes and iteration of values, as in Python and Jinja's sandbox.</summary>
internal static class JinjaSequences
{
    /// <summary>The items that a loop over a value sees.</summary>
    public static IReadOnlyList<object?> Iterate(object? value)
    {
        IReadOnlyList<object?> items = value switch
        {
            List<object?> list => list,
            JinjaTuple tuple => tuple.Items,
            JinjaIterator iterator => iterator.Items,
            JinjaView view => view.Items,
            JinjaDictionary dictionary => [.. dictionary.Keys],
            MarkedText text => JinjaText.Characters(text),
            JinjaUndefined => [],
            _ => throw new JinjaFailure($"'{JinjaOperators.TypeName(value)}' object is not iterable."),
        };
        JinjaBudget.ChargeVisits(items.Count);
        return items;
    }

    /// <summary>A list of the items that a loop over a value sees.</summary>
    public static List<object?> Copy(object? value)
    {
        var items = Iterate(value);
        JinjaBudget.ChargeVisits(items.Count);
        return [.. items];
    }

    /// <summary>The first (0) or last (-1) item; <paramref name="otherwise"/> where there is none.</summary>
    public static object? End(object? value, int index, string otherwise)
    {
        if (value is MarkedText text)
            return (object?)CharacterAt(text, index) ?? new JinjaUndefined(otherwise);
        var items = value is List<object?> or JinjaTuple or JinjaIterator ? Indexed(value) : Iterate(value);
        return items.Count > 0 ? items[index < 0 ? items.Count - 1 : 0] : new JinjaUndefined(otherwise);
    }

    /// <summary>The length of a value.</summary>
    public static long Length(object? value) => value switch
    {
        List<object?> list => list.Count,
        JinjaTuple tuple => tuple.Items.Count,
        JinjaDictionary dictionary => dictionary.Count,
        JinjaView view => view.Items.Count,
        MarkedText text => JinjaText.Length(text),
        JinjaUndefined => 0,
        _ => throw new JinjaFailure($"object of type '{JinjaOperators.TypeName(value)}' has no len()."),
    };

    /// <summary><c>value.name</c></summary>
    public static object? Attribute(object? value, string name)
    {
        switch (value)
        {
            case JinjaUndefined undefined:
                throw new JinjaFailure(undefined.Problem);
            case JinjaNamespace names when names.TryGetValue(name, out var found):
                return found;
            case JinjaLoop loop:
                return loop.Attribute(name);
            case JinjaFunction when name is "name" or "arguments" or "catch_kwargs" or "catch_varargs" or "caller":
                throw new JinjaFailure($"'{name}' of a macro is not supported.");
        }

        if (JinjaMethods.Find(value, name) is { } method)
            return method;
        return value is JinjaDictionary dictionary && dictionary.TryGetValue(MarkedText.Trusted(name), out var item)
            ? item
            : Missing(value, name);
    }

    /// <summary><c>value[key]</c></summary>
    public static object? Item(object? value, object? key)
    {
        switch (value, key)
        {
            case (JinjaUndefined undefined, _):
                throw new JinjaFailure(undefined.Problem);
            case (JinjaDictionary dictionary, not null) when dictionary.TryGetValue(key, out var item):
                return item;
            case (List<object?> or JinjaTuple or MarkedText, long or bool):
                return At(value, JinjaOperators.AsInteger(key)!.Value);
        }

        if (key is not MarkedText name)
            return new JinjaUndefined($"{Describe(value)} has no element {JinjaText.Represent(key)}");
        return value is JinjaDictionary && JinjaMethods.Find(value, name.Text) is null
            ? Missing(value, name.Text)
            : Attribute(value, name.Text);
    }

    /// <summary><c>value[start:stop:step]</c></summary>
    public static object Slice(object? value, object? start, object? stop, object? step)
    {
        var stride = Bound(step) ?? 1;
        if (stride == 0)
            throw new JinjaFailure("slice step cannot be zero.");
        if (value is JinjaUndefined undefined)
            throw new JinjaFailure(undefined.Problem);
        var items = value is List<object?> or JinjaTuple or MarkedText
            ? Indexed(value)
            : throw new JinjaFailure($"'{JinjaOperators.TypeName(value)}' object cannot be sliced.");
        stride = Math.Clamp(stride, -items.Count - 1L, items.Count + 1L);
        var (low, high) = stride > 0 ? (0L, (long)items.Count) : (-1L, items.Count - 1L);
        var from = Clamp(Bound(start), items.Count, low, high) ?? (stride > 0 ? low : high);
        var to = Clamp(Bound(stop), items.Count, low, high) ?? (stride > 0 ? high : low);
        var result = new List<object?>();
        for (var i = from; stride > 0 ? i < to : i > to; i += stride)
        {
            JinjaBudget.ChargeVisits(1);
            result.Add(items[(int)i]);
        }

        return value switch
        {
            MarkedText => JinjaText.Join(MarkedText.Empty, result),
            JinjaTuple => new JinjaTuple(result),
            _ => result,
        };
    }

    private static object? At(object value, long index)
    {
        if (value is MarkedText text)
            return (object?)CharacterAt(text, index) ?? new JinjaUndefined($"{Describe(value)} has no element {index}");
        var items = Indexed(value);
        var position = index < 0 ? index + items.Count : index;
        return position >= 0 && position < items.Count
            ? items[(int)position]
            : new JinjaUndefined($"{Describe(value)} has no element {index}");
    }

    // Without a charge for items that nobody looks at.
    private static IReadOnlyList<object?> Indexed(object value) => value switch
    {
        List<object?> list => list,
        JinjaTuple tuple => tuple.Items,
        JinjaIterator iterator => iterator.Items,
        _ => Iterate(value),
    };

    private static MarkedText? CharacterAt(MarkedText text, long index)
    {
        if (Math.Abs(index) > text.Length)
            return null;
        JinjaBudget.ChargeCharacters(index < 0 ? -index : index);
        var at = index < 0 ? text.Length : 0;
        for (; index < 0 && at >= 0; index++)
            at -= IsPairWithin(text.Text, at - 2) ? 2 : 1;
        for (; index > 0 && at < text.Length; index--)
            at += IsPairWithin(text.Text, at) ? 2 : 1;
        if (at < 0 || at >= text.Length)
            return null;
        return text.Slice(at, IsPairWithin(text.Text, at) ? 2 : 1);
    }

    private static bool IsPairWithin(string text, int at) =>
        at >= 0 && at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]);

    private static long? Bound(object? value) => value is null
        ? null
        : JinjaOperators.AsInteger(value) ?? throw JinjaOperators.Unless(value, null, "slice indices must be whole numbers or none.");

    private static long? Clamp(long? bound, int count, long low, long high) =>
        bound is { } value ? Math.Clamp(value < 0 ? value + count : value, low, high) : null;

    private static JinjaUndefined Missing(object? value, string name) =>
        new($"{JinjaStrings.Quote(Describe(value))} has no attribute {JinjaStrings.Quote(name)}");

    private static string Describe(object? value) => value is null ? "None" : JinjaOperators.TypeName(value) + " object";
}
