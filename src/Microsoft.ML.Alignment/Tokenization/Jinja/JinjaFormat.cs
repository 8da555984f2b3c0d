using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Python's two ways of formatting, as far as templates use them.</summary>
internal static partial class JinjaFormat
{
    /// <summary><c>'%s-%d' % (a, b)</c></summary>
    public static MarkedText Percent(MarkedText format, object? values)
    {
        JinjaBudget.ChargeCharacters(format.Length);
        IReadOnlyList<object?> items = values is JinjaTuple tuple ? tuple.Items : [values];
        var used = 0;
        var result = Substitute(format, Conversion().Matches(format.Text), match =>
        {
            if (match.Groups["type"].Value == "%")
                return MarkedText.Trusted("%");
            if (used == items.Count)
                throw new JinjaFailure("not enough arguments for format string.");
            return Convert(items[used++], match.Groups["type"].Value, match.Groups["precision"], match.Value);
        });
        if (used < items.Count)
            throw new JinjaFailure("not all arguments converted during string formatting.");
        return result;
    }

    /// <summary><c>'{}:{name}'.format(a, name=b)</c></summary>
    public static MarkedText Braces(MarkedText format, JinjaArguments arguments)
    {
        var next = 0;
        return Substitute(format, Field().Matches(format.Text), match =>
        {
            var name = match.Groups["name"].Value;
            if (match.Value is "{{" or "}}")
                return MarkedText.Trusted(match.Value[..1]);
            if (!match.Groups["name"].Success)
                throw new JinjaFailure($"'{match.Value}' in format() is not supported; supported are {{}}, {{0}} and {{name}}.");
            if (name.Length > 0 && !char.IsAsciiDigit(name[0]))
                return JinjaText.Of(arguments.Named.TryGetValue(name, out var named)
                    ? named
                    : throw new JinjaFailure($"format() has no argument '{name}'."));
            var index = name.Length == 0 ? next++
                : int.TryParse(name, CultureInfo.InvariantCulture, out var number) ? number
                : int.MaxValue;
            return JinjaText.Of(index < arguments.Positional.Count
                ? arguments.Positional[index]
                : throw new JinjaFailure($"format() has no argument {(name.Length == 0 ? index : name)}."));
        });
    }

    private static MarkedText Substitute(MarkedText format, MatchCollection matches, Func<Match, MarkedText> value)
    {
        var result = new MarkedText.Builder();
        var start = 0;
        foreach (Match match in matches)
        {
            var part = value(match);
            JinjaLimits.CheckCharacters((long)result.Length + part.Length + format.Length);
            JinjaBudget.ChargeItems(2);
            JinjaBudget.ChargeCharacters(part.Length);
            result.Append(format.Slice(start, match.Index - start)).Append(part);
            start = match.Index + match.Length;
        }

        return result.Append(format.Slice(start)).ToMarkedText();
    }

    private static MarkedText Convert(object? value, string type, Group precision, string shown)
    {
        var digits = precision.Success ? Math.Min(int.Parse(precision.Value, CultureInfo.InvariantCulture), 99) : 6;
        return (type, JinjaOperators.AsNumber(value)) switch
        {
            ("s", _) => Cut(JinjaText.Of(value)),
            ("r", _) => Cut(JinjaText.Represent(value)),
            ("d" or "i", { } number) => MarkedText.Trusted(Math.Truncate(number).ToString("0", CultureInfo.InvariantCulture)),
            ("f", { } number) => MarkedText.Trusted(number.ToString("F" + digits, CultureInfo.InvariantCulture)),
            ("x", { } number) => MarkedText.Trusted(((long)number).ToString("x", CultureInfo.InvariantCulture)),
            ("d" or "i" or "f" or "x", null) =>
                throw JinjaOperators.Unless(value, null, $"'{shown}' needs a number, not {JinjaOperators.TypeName(value)}."),
            _ => throw new JinjaFailure($"'{shown}' is not supported; supported are %s, %r, %d, %i, %f, %.2f, %x, %%."),
        };

        MarkedText Cut(MarkedText text) => precision.Success
            ? (MarkedText)JinjaSequences.Slice(text, null, long.Parse(precision.Value, CultureInfo.InvariantCulture), null)
            : text;
    }

    [GeneratedRegex(@"%(?:\.(?<precision>\d{1,2}))?(?<type>.?)", RegexOptions.Singleline)]
    private static partial Regex Conversion();

    [GeneratedRegex(@"\{\{|\}\}|\{(?<name>\w{0,40})\}|\{[^}]*\}?")]
    private static partial Regex Field();
}
