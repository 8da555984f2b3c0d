using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Values as text, and text as Python counts it: in code points.</summary>
internal static class JinjaText
{
    /// <summary>What is written for a value (Python's <c>str</c>).</summary>
    public static MarkedText Of(object? value) => value switch
    {
        MarkedText text => text,
        JinjaUndefined => MarkedText.Empty,
        _ => Represent(value),
    };

    /// <summary>How a value is written within a list (Python's <c>repr</c>).</summary>
    public static MarkedText Represent(object? value)
    {
        var result = new MarkedText.Builder();
        Represent(value, result, depth: 0);
        return result.ToMarkedText();
    }

    /// <summary>A number with a fraction.</summary>
    public static string OfFloat(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var size = Math.Abs(value);
        if (size != 0 && size is < 1e-4 or >= 1e16)
        {
            var (mantissa, exponent) = Exponential(value);
            return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (text.Contains('E'))
            text = value.ToString("0.################################", CultureInfo.InvariantCulture);
        return text.Contains('.') ? text : text + ".0";
    }

    /// <summary>The number of code points.</summary>
    public static int Length(MarkedText text)
    {
        JinjaBudget.ChargeCharacters(text.Length);
        var length = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text.Text[i - 1], text.Text[i]))
                length--;
        }

        return length;
    }

    /// <summary>The code points, each a text.</summary>
    public static List<object?> Characters(MarkedText text)
    {
        JinjaLimits.CheckItems(text.Length);
        JinjaBudget.ChargeItems(text.Length);
        var characters = new List<object?>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var length = i + 1 < text.Length && char.IsSurrogatePair(text.Text[i], text.Text[i + 1]) ? 2 : 1;
            characters.Add(text.Slice(i, length));
            i += length;
        }

        return characters;
    }

    /// <summary>Texts one behind the other.</summary>
    public static MarkedText Join(MarkedText separator, IEnumerable<object?> items)
    {
        var result = new MarkedText.Builder();
        var isFirst = true;
        foreach (var item in items)
        {
            var part = Of(item);
            JinjaLimits.CheckCharacters((long)result.Length + part.Length + separator.Length);
            JinjaBudget.ChargeCharacters((long)part.Length + separator.Length);
            if (!isFirst)
                result.Append(separator);
            result.Append(part);
            isFirst = false;
        }

        return result.ToMarkedText();
    }

    /// <summary>Whether Python calls a character white space.</summary>
    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';

    private static (string Mantissa, int Exponent) Exponential(double value)
    {
        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 0; digits <= 16; digits++)
        {
            var shorter = value.ToString("E" + digits, CultureInfo.InvariantCulture);
            if (double.Parse(shorter, CultureInfo.InvariantCulture) == value)
            {
                text = shorter;
                break;
            }
        }

        var parts = text.Split('E');
        return (parts[0], int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    private static void Represent(object? value, MarkedText.Builder result, int depth)
    {
        JinjaLimits.CheckCharacters(result.Length + ((value as MarkedText)?.Length ?? 0L));
        JinjaBudget.ChargeItems(1);
        JinjaBudget.ChargeCharacters(2L * (value as MarkedText)?.Length ?? 0L);
        if (depth > JinjaLimits.Depth)
            throw new JinjaFailure($"a value is nested more than {JinjaLimits.Depth} deep.");
        switch (value)
        {
            case MarkedText text:
                result.Append(text.Derive(JinjaStrings.Quote(text.Text)));
                break;
            case List<object?> list:
                RepresentItems("[", list, "]", result, depth);
                break;
            case JinjaTuple tuple:
                RepresentItems("(", tuple.Items, tuple.Items.Count == 1 ? ",)" : ")", result, depth);
                break;
            case JinjaView view:
                RepresentItems(view.Name + "([", view.Items, "])", result, depth);
                break;
            case JinjaDictionary dictionary:
                RepresentDictionary(dictionary, result, depth);
                break;
            default:
                result.Append(MarkedText.Trusted(Scalar(value)));
                break;
        }
    }

    private static string Scalar(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => OfFloat(number),
        JinjaUndefined => "Undefined",
        JinjaFunction function => $"<function {function.Name}>",
        _ => $"<{JinjaOperators.TypeName(value)} object>",
    };

    private static void RepresentItems(string open, IReadOnlyList<object?> items, string close, MarkedText.Builder result, int depth)
    {
        result.Append(MarkedText.Trusted(open));
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                result.Append(MarkedText.Trusted(", "));
            Represent(items[i], result, depth + 1);
        }

        result.Append(MarkedText.Trusted(close));
    }

    private static void RepresentDictionary(JinjaDictionary dictionary, MarkedText.Builder result, int depth)
    {
        result.Append(MarkedText.Trusted("{"));
        var isFirst = true;
        foreach (var (key, item) in dictionary)
        {
            if (!isFirst)
                result.Append(MarkedText.Trusted(", "));
            Represent(key, result, depth + 1);
            result.Append(MarkedText.Trusted(": "));
            Represent(item, result, depth + 1);
            isFirst = false;
        }

        result.Append(MarkedText.Trusted("}"));
    }
}
