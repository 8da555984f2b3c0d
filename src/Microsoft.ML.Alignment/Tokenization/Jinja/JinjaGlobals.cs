using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>The functions that every template has.</summary>
internal static class JinjaGlobals
{
    /// <summary>The name of the function that tells the time.</summary>
    public const string Clock = "strftime_now";

    private const int LongestRange = 100_000;

    /// <summary>The functions, by name.</summary>
    public static readonly IReadOnlyDictionary<string, JinjaFunction> Functions = new[]
    {
        new JinjaFunction("range", Range),
        new JinjaFunction("namespace", Namespace),
        new JinjaFunction("dict", Dictionary),
        new JinjaFunction("joiner", JinjaHelpers.Joiner),
        new JinjaFunction("cycler", JinjaHelpers.Cycler),
        new JinjaFunction("raise_exception", arguments =>
            throw new JinjaFailure(JinjaText.Of(arguments.Require(0, "message")).Text, isRaisedByTemplate: true)),
        ClockOf(() => DateTime.Now),
    }.ToDictionary(function => function.Name);

    /// <summary>The function that formats the time which a clock tells.</summary>
    public static JinjaFunction ClockOf(Func<DateTime> now) => new(Clock, arguments =>
    {
        var format = arguments.Text(0, "format");
        return format.Derive(FormatTime(now(), format.Text));
    });

    /// <summary>A time as Python's <c>strftime</c> writes it in English.</summary>
    public static string FormatTime(DateTime time, string format)
    {
        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
                result.Append(format[i]);
            else
                result.Append(TimePart(time, format[++i]));
        }

        return result.ToString();
    }

    private static string TimePart(DateTime time, char part)
    {
        var format = part switch
        {
            'Y' => "yyyy",
            'y' => "yy",
            'm' => "MM",
            'd' => "dd",
            'B' => "MMMM",
            'b' => "MMM",
            'A' => "dddd",
            'a' => "ddd",
            'H' => "HH",
            'I' => "hh",
            'M' => "mm",
            'S' => "ss",
            'p' => "tt",
            _ => null,
        };
        if (format is not null)
            return time.ToString(format, CultureInfo.InvariantCulture);
        return part switch
        {
            '%' => "%",
            'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            _ => throw new JinjaFailure($"'%{part}' of strftime_now() is not supported."),
        };
    }

    private static List<object?> Range(JinjaArguments arguments)
    {
        var bounds = arguments.Positional
            .Select(bound => JinjaOperators.AsInteger(bound) ?? throw JinjaOperators.Unless(bound, null, "range() needs whole numbers."))
            .ToArray();
        var (start, stop, step) = bounds.Length switch
        {
            1 => (0L, bounds[0], 1L),
            2 => (bounds[0], bounds[1], 1L),
            3 when bounds[2] != 0 => (bounds[0], bounds[1], bounds[2]),
            _ => throw new JinjaFailure("range() needs one to three whole numbers, the third not 0."),
        };
        var count = step > 0 ? ((decimal)stop - start + step - 1) / step : ((decimal)start - stop - step - 1) / -(decimal)step;
        if (count > LongestRange + 1)
            throw new JinjaFailure($"range() would have more than {LongestRange} numbers.");
        JinjaBudget.ChargeItems((long)Math.Max(count, 0));
        var numbers = new List<object?>();
        for (var i = 0; i < (int)Math.Max(Math.Floor(count), 0); i++)
            numbers.Add(start + (i * step));
        return numbers;
    }

    private static JinjaNamespace Namespace(JinjaArguments arguments)
    {
        var result = new JinjaNamespace();
        foreach (var source in arguments.Positional.OfType<JinjaDictionary>())
        {
            foreach (var (key, value) in source)
                result[JinjaText.Of(key).Text] = value;
        }

        foreach (var (name, value) in arguments.Named)
            result[name] = value;
        return result;
    }

    private static IEnumerable<(object Key, object? Value)> Pairs(object? mapping)
    {
        if (mapping is JinjaDictionary dictionary)
            return dictionary.Select(pair => (pair.Key, pair.Value));
        return JinjaSequences.Iterate(mapping).Select(item => JinjaSequences.Iterate(item) is [{ } key, var value]
            ? (key, value)
            : throw new JinjaFailure("dict() needs a dictionary or pairs of a key and a value."));
    }

    private static JinjaDictionary Dictionary(JinjaArguments arguments)
    {
        var result = new JinjaDictionary();
        foreach (var (key, value) in Pairs(arguments.Get(0, "mapping", new JinjaDictionary())))
            result[key] = value;
        foreach (var (name, value) in arguments.Named)
            result[MarkedText.Trusted(name)] = value;
        return result;
    }
}
