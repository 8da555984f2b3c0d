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
        ["title"] = (text, _) => JinjaTextMethods.Title(text),
        ["capitalize"] = (text, _) => JinjaTextMethods.Capitalize(text),
        ["startswith"] = (text, arguments) => Within(text, arguments, out _) is var part
            && JinjaTextMethods.AnyAffix(arguments.Require(0, "prefix"), affix => part.Text.StartsWith(affix, StringComparison.Ordinal)),
        ["endswith"] = (text, arguments) => Within(text, arguments, out _) is var part
            && JinjaTextMethods.AnyAffix(arguments.Require(0, "suffix"), affix => part.Text.EndsWith(affix, StringComparison.Ordinal)),
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
        ["find"] = (text, arguments) =>
            Offset(Within(text, arguments, out var start) is var part
                ? JinjaTextMethods.Find(part, part.Text.IndexOf(arguments.Text(0, "sub").Text, StringComparison.Ordinal)) : 0, start),
        ["rfind"] = (text, arguments) =>
            Offset(Within(text, arguments, out var start) is var part
                ? JinjaTextMethods.Find(part, part.Text.LastIndexOf(arguments.Text(0, "sub").Text, StringComparison.Ordinal)) : 0, start),
        ["count"] = (text, arguments) => JinjaTextMethods.Count(Within(text, arguments, out _), arguments.Text(0, "sub")),
        ["format"] = JinjaFormat.Braces,
        ["isdigit"] = (text, _) => All(text, char.IsDigit),
        ["isalpha"] = (text, _) => All(text, char.IsLetter),
        ["isalnum"] = (text, _) => All(text, char.IsLetterOrDigit),
        ["isspace"] = (text, _) => All(text, JinjaText.IsSpace),
        ["isupper"] = (text, _) => text.Text.Any(char.IsUpper) && !text.Text.Any(char.IsLower),
        ["islower"] = (text, _) => text.Text.Any(char.IsLower) && !text.Text.Any(char.IsUpper),
    };

    private static readonly Dictionary<string, Func<JinjaDictionary, JinjaArguments, object?>> OfDictionary = new(StringComparer.Ordinal)
    {
        ["items"] = (dictionary, _) => Items(dictionary),
        ["keys"] = (dictionary, _) => new List<object?>(JinjaSequences.Iterate(dictionary)),
        ["values"] = (dictionary, _) => Values(dictionary),
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

    // The part that the second and third argument of a search name, and where it begins, in code points.
    private static MarkedText Within(MarkedText text, JinjaArguments arguments, out long start)
    {
        start = 0;
        if (arguments.Positional.Count < 2)
            return text;
        var (from, to) = (arguments.Get(1, "start"), arguments.Get(2, "end"));
        var part = (MarkedText)JinjaSequences.Slice(text, from, to, null);
        var length = JinjaText.Length(text);
        start = JinjaOperators.AsInteger(from) ?? 0;
        start = Math.Clamp(start < 0 ? start + length : start, 0, length);
        return part;
    }

    private static long Offset(long found, long start) => found < 0 ? -1 : found + start;

    private static MarkedText Strip(MarkedText text, JinjaArguments arguments, bool atStart = true, bool atEnd = true) =>
        arguments.Get(0, "chars") is MarkedText characters
            ? text.Trim(characters.Text.Contains, atStart, atEnd)
            : text.Trim(JinjaText.IsSpace, atStart, atEnd);

    private static bool All(MarkedText text, Func<char, bool> test) => text.Length > 0 && text.Text.All(test);
}
