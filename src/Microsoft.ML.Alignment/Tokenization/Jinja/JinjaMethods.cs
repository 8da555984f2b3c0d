namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>The methods of strings, dictionaries and lists that a template may call.</summary>
internal static class JinjaMethods
{
    private static readonly HashSet<string> Unsafe =
        ["append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update", "setdefault", "popitem"];

    private static readonly Dictionary<string, Func<MarkedText, JinjaArguments, object?>> OfText = new(StringComparer.Ordinal)
    {
        ["strip"] = (text, arguments) => Strip(text, arguments),
        ["lstrip"] = (text, arguments) => Strip(text, arguments, atEnd: false),
        ["rstrip"] = (text, arguments) => Strip(text, arguments, atStart: false),
        ["split"] = (text, arguments) => JinjaTextMethods.Split(text, arguments, fromEnd: false),
        ["rsplit"] = (text, arguments) => JinjaTextMethods.Split(text, arguments, fromEnd: true),
        ["splitlines"] = (text, arguments) => JinjaTextMethods.SplitLines(text, JinjaOperators.IsTrue(arguments.Get(0, "keepends"))),
        ["partition"] = (text, arguments) => JinjaTextMethods.Partition(text, arguments.Text(0, "sep"), fromEnd: false),
        ["rpartition"] = (text, arguments) => JinjaTextMethods.Partition(text, arguments.Text(0, "sep"), fromEnd: true),
        ["replace"] = (text, arguments) =>
            JinjaTextMethods.Replace(text, arguments.Text(0, "old"), arguments.Text(1, "new"), arguments.Integer(2, "count", -1)),
        ["join"] = (text, arguments) => JinjaText.Join(text, JinjaSequences.Iterate(arguments.Require(0, "iterable"))),
        ["upper"] = (text, _) => JinjaCasing.Upper(text),
        ["lower"] = (text, _) => JinjaCasing.Lower(text),
        ["title"] = (text, _) => JinjaCasing.Title(text),
        ["capitalize"] = (text, _) => JinjaCasing.Capitalize(text),
        ["startswith"] = (text, arguments) => JinjaSearch.HasAffix(text, arguments, "prefix", (part, affix) =>
            part.StartsWith(affix, StringComparison.Ordinal)),
        ["endswith"] = (text, arguments) => JinjaSearch.HasAffix(text, arguments, "suffix", (part, affix) =>
            part.EndsWith(affix, StringComparison.Ordinal)),
        ["zfill"] = (text, arguments) => JinjaPadding.ZeroFill(text, arguments.Integer(0, "width", 0)),
        ["center"] = (text, arguments) => JinjaPadding.Center(text, arguments.Integer(0, "width", 0), arguments.Get(1, "fillchar")),
        ["ljust"] = (text, arguments) =>
            JinjaPadding.Pad(text, arguments.Integer(0, "width", 0), arguments.Get(1, "fillchar"), atStart: false),
        ["rjust"] = (text, arguments) =>
            JinjaPadding.Pad(text, arguments.Integer(0, "width", 0), arguments.Get(1, "fillchar"), atStart: true),
        ["removeprefix"] = (text, arguments) =>
            arguments.Text(0, "prefix") is var affix && text.Text.StartsWith(affix.Text, StringComparison.Ordinal)
            ? text.Slice(affix.Length) : text,
        ["removesuffix"] = (text, arguments) =>
            arguments.Text(0, "suffix") is var affix && text.Text.EndsWith(affix.Text, StringComparison.Ordinal)
            ? text.Slice(0, text.Length - affix.Length) : text,
        ["find"] = (text, arguments) => JinjaSearch.Find(text, arguments, fromEnd: false) ?? -1,
        ["rfind"] = (text, arguments) => JinjaSearch.Find(text, arguments, fromEnd: true) ?? -1,
        ["index"] = (text, arguments) => JinjaSearch.Find(text, arguments, fromEnd: false) ?? throw new JinjaFailure("substring not found."),
        ["rindex"] = (text, arguments) => JinjaSearch.Find(text, arguments, fromEnd: true) ?? throw new JinjaFailure("substring not found."),
        ["count"] = JinjaSearch.Count,
        ["format"] = JinjaFormat.Braces,
        ["isdigit"] = (text, _) => JinjaLetters.All(text, JinjaLetters.IsDigit),
        ["isalpha"] = (text, _) => JinjaLetters.All(text, JinjaLetters.IsAlphabetic),
        ["isalnum"] = (text, _) => JinjaLetters.All(text, JinjaLetters.IsAlphanumeric),
        ["isspace"] = (text, _) => text.Length > 0 && text.Text.All(JinjaText.IsSpace),
        ["isupper"] = (text, _) => JinjaLetters.IsAllOf(text, JinjaLetters.IsUpper),
        ["islower"] = (text, _) => JinjaLetters.IsAllOf(text, JinjaLetters.IsLower),
    };

    private static readonly Dictionary<string, Func<JinjaDictionary, JinjaArguments, object?>> OfDictionary = new(StringComparer.Ordinal)
    {
        ["items"] = (dictionary, _) => new JinjaView("dict_items", Items(dictionary)),
        ["keys"] = (dictionary, _) => new JinjaView("dict_keys", JinjaSequences.Iterate(dictionary)),
        ["values"] = (dictionary, _) => new JinjaView("dict_values", Values(dictionary)),
        ["get"] = (dictionary, arguments) =>
            arguments.Require(0, "key") is { } key && dictionary.TryGetValue(key, out var value) ? value : arguments.Get(1, "default"),
        ["copy"] = (dictionary, _) => Copy(dictionary),
    };

    private static readonly Dictionary<string, Func<IReadOnlyList<object?>, JinjaArguments, object?>> OfList = new(StringComparer.Ordinal)
    {
        ["index"] = (list, arguments) => IndexOf(list, arguments.Require(0, "value")),
        ["count"] = (list, arguments) => list.LongCount(item => JinjaOperators.AreEqual(item, arguments.Require(0, "value"))),
        ["copy"] = (list, _) => new List<object?>(list),
    };

    /// <summary>A method, bound to its value; null if the value has none of this name.</summary>
    public static JinjaFunction? Find(object? value, string name) => value switch
    {
        MarkedText text when OfText.TryGetValue(name, out var method) => new JinjaFunction(name, arguments =>
        {
            JinjaBudget.ChargeCharacters(text.Length);
            return method(text, arguments);
        }),
        JinjaDictionary dictionary when OfDictionary.TryGetValue(name, out var method) =>
            new JinjaFunction(name, arguments => method(dictionary, arguments)),
        List<object?> list when OfList.TryGetValue(name, out var method) =>
            new JinjaFunction(name, arguments => Call(method, list, arguments)),
        JinjaTuple tuple when OfList.TryGetValue(name, out var method) =>
            new JinjaFunction(name, arguments => Call(method, tuple.Items, arguments)),
        // Templates are rendered in a sandbox in which values cannot be changed.
        List<object?> or JinjaDictionary when Unsafe.Contains(name) => new JinjaFunction(name, _ =>
            throw new JinjaFailure($"access to attribute '{name}' of '{JinjaOperators.TypeName(value)}' object is unsafe.")),
        _ => null,
    };

    /// <summary>The pairs of a dictionary.</summary>
    public static List<object?> Items(JinjaDictionary dictionary)
    {
        JinjaBudget.ChargeItems(3L * dictionary.Count);
        return [.. dictionary.Select(pair => new JinjaTuple([pair.Key, pair.Value]))];
    }

    private static List<object?> Values(JinjaDictionary dictionary)
    {
        JinjaBudget.ChargeVisits(dictionary.Count);
        return [.. dictionary.Values];
    }

    private static object? Call(
        Func<IReadOnlyList<object?>, JinjaArguments, object?> method, IReadOnlyList<object?> list, JinjaArguments arguments)
    {
        JinjaBudget.ChargeVisits(list.Count);
        return method(list, arguments);
    }

    private static JinjaDictionary Copy(JinjaDictionary dictionary)
    {
        JinjaBudget.ChargeItems(2L * dictionary.Count);
        var copy = new JinjaDictionary();
        foreach (var (key, value) in dictionary)
            copy[key] = value;
        return copy;
    }

    private static long IndexOf(IReadOnlyList<object?> list, object? value)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (JinjaOperators.AreEqual(list[i], value))
                return i;
        }

        throw new JinjaFailure($"{JinjaText.Represent(value)} is not in the list.");
    }

    private static MarkedText Strip(MarkedText text, JinjaArguments arguments, bool atStart = true, bool atEnd = true) =>
        arguments.Get(0, "chars") is MarkedText characters
            ? text.Trim(characters.Text.Contains, atStart, atEnd)
            : text.Trim(JinjaText.IsSpace, atStart, atEnd);
}
