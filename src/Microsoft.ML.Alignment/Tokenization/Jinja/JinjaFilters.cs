using System.Globalization;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>The filters.</summary>
internal static class JinjaFilters
{
    private static readonly Dictionary<string, Func<object?, JinjaArguments, object?>> Filters = new(StringComparer.Ordinal)
    {
        ["abs"] = (value, _) => Number(value, "abs") < 0 ? JinjaOperators.Compute("-", 0L, value) : JinjaOperators.Compute("+", 0L, value),
        ["int"] = ToInteger,
        ["float"] = ToFloat,
        ["round"] = (value, arguments) => Round(value, arguments),
        ["string"] = (value, _) => JinjaText.Of(value),
        ["safe"] = (value, _) => JinjaText.Of(value),
        ["e"] = (value, _) => Escape(JinjaText.Of(value)),
        ["escape"] = (value, _) => Escape(JinjaText.Of(value)),
        ["upper"] = (value, arguments) => CallMethod(value, "upper", arguments),
        ["lower"] = (value, arguments) => CallMethod(value, "lower", arguments),
        ["title"] = (value, _) => JinjaCasing.TitleWords(JinjaText.Of(value)),
        ["center"] = (value, arguments) => JinjaPadding.Center(JinjaText.Of(value), arguments.Integer(0, "width", 80), null),
        ["capitalize"] = (value, arguments) => CallMethod(value, "capitalize", arguments),
        ["trim"] = (value, arguments) => CallMethod(value, "strip", arguments),
        ["replace"] = (value, arguments) => CallMethod(value, "replace", arguments),
        ["indent"] = Indent,
        ["wordcount"] = (value, _) => JinjaTextMethods.CountWords(JinjaText.Of(value)),
        ["tojson"] = JinjaJson.ToJson,
        ["default"] = Default,
        ["d"] = Default,
        ["length"] = (value, _) => JinjaSequences.Length(value),
        ["count"] = (value, _) => JinjaSequences.Length(value),
        ["list"] = (value, _) => JinjaSequences.Copy(value),
        ["first"] = (value, _) => JinjaSequences.End(value, 0, "No first item, sequence was empty."),
        ["last"] = (value, _) => JinjaSequences.End(value, -1, "No last item, sequence was empty."),
        ["join"] = JinjaSequenceFilters.Join,
        ["reverse"] = JinjaSequenceFilters.Reverse,
        ["sort"] = JinjaSequenceFilters.Sort,
        ["unique"] = JinjaSequenceFilters.Unique,
        ["min"] = (value, arguments) => JinjaSequenceFilters.Extreme(value, arguments, -1),
        ["max"] = (value, arguments) => JinjaSequenceFilters.Extreme(value, arguments, 1),
        ["sum"] = JinjaSequenceFilters.Sum,
        ["map"] = JinjaSequenceFilters.Map,
        ["select"] = (value, arguments) => JinjaSequenceFilters.Select(value, arguments, byAttribute: false, keeps: true),
        ["reject"] = (value, arguments) => JinjaSequenceFilters.Select(value, arguments, byAttribute: false, keeps: false),
        ["selectattr"] = (value, arguments) => JinjaSequenceFilters.Select(value, arguments, byAttribute: true, keeps: true),
        ["rejectattr"] = (value, arguments) => JinjaSequenceFilters.Select(value, arguments, byAttribute: true, keeps: false),
        ["items"] = (value, _) =>
            value is JinjaUndefined ? new JinjaIterator([]) : new JinjaIterator(JinjaMethods.Items(Dictionary(value, "items"))),
        ["dictsort"] = JinjaSequenceFilters.SortDictionary,
        ["attr"] = (value, arguments) => JinjaSequences.Attribute(value, arguments.Text(0, "name").Text),
    };

    /// <summary>The names of the filters.</summary>
    public static string Names => string.Join(", ", Filters.Keys.Order(StringComparer.Ordinal));

    /// <summary>Whether there is a filter of this name.</summary>
    public static bool Exists(string name) => Filters.ContainsKey(name);

    /// <summary>Applies a filter.</summary>
    public static object? Apply(string name, object? value, JinjaArguments arguments)
    {
        JinjaBudget.ChargeVisits(1);
        return Filters.TryGetValue(name, out var filter)
            ? filter(value, arguments)
            : throw new JinjaFailure($"filter '{name}' is not supported; supported are {Names}.");
    }

    /// <summary>A value that must be a dictionary.</summary>
    public static JinjaDictionary Dictionary(object? value, string filter) =>
        value as JinjaDictionary
            ?? throw JinjaOperators.Unless(value, null, $"'{filter}' needs a dictionary, not {JinjaOperators.TypeName(value)}.");

    private static object? CallMethod(object? value, string method, JinjaArguments arguments) =>
        JinjaMethods.Find(JinjaText.Of(value), method)!.Call(arguments);

    private static double Number(object? value, string filter) =>
        JinjaOperators.AsNumber(value)
            ?? throw JinjaOperators.Unless(value, null, $"'{filter}' needs a number, not {JinjaOperators.TypeName(value)}.");

    private static object? Default(object? value, JinjaArguments arguments)
    {
        var isMissing = value is JinjaUndefined || (JinjaOperators.IsTrue(arguments.Get(1, "boolean")) && !JinjaOperators.IsTrue(value));
        return isMissing ? arguments.Get(0, "default_value", MarkedText.Empty) : value;
    }

    private static object? ToInteger(object? value, JinjaArguments arguments)
    {
        var otherwise = arguments.Get(0, "default", 0L);
        if (value is JinjaUndefined undefined)
            throw new JinjaFailure(undefined.Problem);
        if (JinjaOperators.AsInteger(value) is { } integer)
            return integer;
        var text = (value as MarkedText)?.Text;
        var numberBase = arguments.Integer(1, "base", 10);
        return text is null
            ? JinjaNumbers.Truncate(JinjaOperators.AsNumber(value)) ?? otherwise
            : JinjaNumbers.Whole(text, numberBase) ?? JinjaNumbers.Truncate(JinjaNumbers.Fraction(text)) ?? otherwise;
    }

    private static object? ToFloat(object? value, JinjaArguments arguments) => value is JinjaUndefined undefined
        ? throw new JinjaFailure(undefined.Problem)
        : (value is MarkedText text ? JinjaNumbers.Fraction(text.Text) : JinjaOperators.AsNumber(value)) ?? arguments.Get(0, "default", 0.0);

    private static object? Round(object? value, JinjaArguments arguments)
    {
        var isCommon = arguments.Get(1, "method") is null or MarkedText { Text: "common" };
        var precision = arguments.Integer(0, "precision", 0);
        if (isCommon && JinjaOperators.AsInteger(value) is { } whole)
            return precision >= 0 ? whole : RoundWhole(whole, -precision);
        var number = Number(value, "round");
        var scale = Math.Pow(10, precision);
        return (arguments.Get(1, "method") as MarkedText)?.Text switch
        {
            null or "common" => RoundToEven(number, precision, scale),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            var method => throw new JinjaFailure($"round(): method '{method}' is not supported; supported are common, ceil, floor."),
        };
    }

    // The digits of the number as it is stored decide, as in Python: 2.675 lies below its middle. Only exact middles go to the even digit.
    private static double RoundToEven(double number, int precision, double scale)
    {
        var scaled = number * scale;
        if (precision <= 0 || precision > 15 || (Math.FusedMultiplyAdd(number, scale, -scaled) == 0 && Math.Abs(scaled % 1) == 0.5))
            return Math.Round(scaled, MidpointRounding.ToEven) / scale;
        return double.Parse(number.ToString("F" + precision, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static long RoundWhole(long whole, int digits)
    {
        var unit = digits < 19 ? (decimal)Math.Pow(10, digits) : decimal.MaxValue;
        return digits < 19 ? (long)(Math.Round(whole / unit, MidpointRounding.ToEven) * unit) : 0L;
    }

    private static MarkedText Escape(MarkedText text)
    {
        foreach (var (character, entity) in new[] { ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ("\"", "&#34;") })
        {
            JinjaLimits.CheckCharacters(text.Length + (4L * text.Text.AsSpan().Count(character)));
            JinjaBudget.ChargeCharacters(text.Length + (40L * text.Text.AsSpan().Count(character)));
            text = text.Replace(character, MarkedText.Trusted(entity));
        }

        return text;
    }

    private static MarkedText Indent(object? value, JinjaArguments arguments)
    {
        var width = arguments.Get(0, "width") as MarkedText
            ?? MarkedText.Trusted(new string(' ', Math.Clamp(arguments.Integer(0, "width", 4), 0, 1000)));
        var indentsFirst = JinjaOperators.IsTrue(arguments.Get(1, "first"));
        var indentsBlank = JinjaOperators.IsTrue(arguments.Get(2, "blank"));
        var lines = JinjaSequences.Iterate(JinjaTextMethods.SplitLines(JinjaText.Of(value), keepsEnds: false)).Cast<MarkedText>().ToList();
        if (JinjaText.Of(value).Text.EndsWith('\n'))
            lines.Add(MarkedText.Empty);
        var indented = lines.Select((line, i) => (i == 0 ? indentsFirst : indentsBlank || line.Length > 0) ? width + line : line);
        return JinjaText.Join(MarkedText.Trusted("\n"), indented);
    }
}
