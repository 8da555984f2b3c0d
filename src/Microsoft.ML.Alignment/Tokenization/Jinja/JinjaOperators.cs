namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>What operators do to values, as in Python.</summary>
internal static class JinjaOperators
{
    /// <summary>Python's name of a value's type.</summary>
    public static string TypeName(object? value) => value switch
    {
        null => "None",
        bool => "bool",
        long => "int",
        double => "float",
        MarkedText => "str",
        List<object?> => "list",
        JinjaTuple => "tuple",
        JinjaDictionary => "dict",
        JinjaUndefined => "Undefined",
        JinjaNamespace => "Namespace",
        JinjaIterator => "generator",
        JinjaView view => view.Name,
        JinjaFunction => "function",
        _ => "LoopContext",
    };

    /// <summary>Whether a value counts as true.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or JinjaUndefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        MarkedText text => text.Length > 0,
        List<object?> list => list.Count > 0,
        JinjaTuple tuple => tuple.Items.Count > 0,
        JinjaDictionary dictionary => dictionary.Count > 0,
        JinjaView view => view.Items.Count > 0,
        _ => true,
    };

    /// <summary>Whether two values are equal.</summary>
    public static bool AreEqual(object? left, object? right) => new JinjaComparison().AreEqual(left, right);

    /// <summary>The order of two values; <paramref name="symbol"/> is what errors call the operator.</summary>
    public static int Compare(object? left, object? right, string symbol = "<") => new JinjaComparison().Compare(left, right, symbol);

    /// <summary>Whether a value is in a container.</summary>
    public static bool Contains(object? container, object? value) => container switch
    {
        MarkedText text => value is MarkedText part
            ? JinjaTextMethods.Search(text).Contains(part.Text, StringComparison.Ordinal)
            : throw Unless(value, null, $"'in <string>' needs a string on its left, not {TypeName(value)}."),
        JinjaDictionary dictionary => value is not null && dictionary.ContainsKey(value),
        _ => new JinjaComparison() is var comparison && JinjaSequences.Iterate(container).Any(item => comparison.AreEqual(item, value)),
    };

    /// <summary>The value of an operator that computes.</summary>
    public static object? Compute(string symbol, object? left, object? right)
    {
        if (symbol == "~")
            return Concatenate(JinjaText.Of(left), JinjaText.Of(right));
        switch (symbol, left, right)
        {
            case ("+", MarkedText a, MarkedText b):
                return Concatenate(a, b);
            case ("+", List<object?> a, List<object?> b):
                JinjaLimits.CheckItems((long)a.Count + b.Count);
                JinjaBudget.ChargeVisits((long)a.Count + b.Count);
                return new List<object?>([.. a, .. b]);
            case ("+", JinjaTuple a, JinjaTuple b):
                JinjaLimits.CheckItems((long)a.Items.Count + b.Items.Count);
                JinjaBudget.ChargeVisits((long)a.Items.Count + b.Items.Count);
                return new JinjaTuple([.. a.Items, .. b.Items]);
            case ("*", MarkedText or List<object?>, long or bool):
                return Repeat(left, AsInteger(right)!.Value);
            case ("*", long or bool, MarkedText or List<object?>):
                return Repeat(right, AsInteger(left)!.Value);
            case ("%", MarkedText format, _):
                return JinjaFormat.Percent(format, right);
        }

        if (AsInteger(left) is { } i && AsInteger(right) is { } j && !(symbol == "/" || (symbol == "**" && j < 0)))
            return ComputeIntegers(symbol, i, j);
        if (AsNumber(left) is { } x && AsNumber(right) is { } y)
            return ComputeFloats(symbol, x, y);
        throw Unless(left, right, $"'{symbol}' is not supported between {TypeName(left)} and {TypeName(right)}.");
    }

    /// <summary>A whole number or boolean as a whole number; null if it is neither.</summary>
    public static long? AsInteger(object? value) => value switch { long number => number, bool flag => flag ? 1 : 0, _ => null };

    /// <summary>A number or boolean as a number; null if it is neither.</summary>
    public static double? AsNumber(object? value) => value is double number ? number : AsInteger(value);

    /// <summary>The error of an undefined operand, else that of the operator.</summary>
    public static JinjaFailure Unless(object? left, object? right, string problem) =>
        new(((left as JinjaUndefined) ?? (right as JinjaUndefined))?.Problem ?? problem);

    private static MarkedText Concatenate(MarkedText left, MarkedText right)
    {
        JinjaLimits.CheckCharacters((long)left.Length + right.Length);
        JinjaBudget.ChargeCharacters((long)left.Length + right.Length);
        return left + right;
    }

    private static object Repeat(object? value, long count)
    {
        count = Math.Max(count, 0);
        if (value is List<object?> list)
        {
            JinjaLimits.CheckItems(checked(list.Count * Math.Min(count, JinjaLimits.Items + 1L)));
            JinjaBudget.ChargeVisits(list.Count == 0 ? 0 : list.Count * count);
            return Enumerable.Repeat(list, (int)(list.Count == 0 ? 0 : count)).SelectMany(items => items).ToList();
        }

        var text = (MarkedText)value!;
        JinjaLimits.CheckCharacters(text.Length * Math.Min(count, JinjaLimits.Characters + 1L));
        JinjaBudget.ChargeCharacters(text.Length == 0 ? 0 : text.Length * count);
        var result = new MarkedText.Builder();
        for (var i = text.Length == 0 ? count : 0; i < count; i++)
            result.Append(text);
        return result.ToMarkedText();
    }

    private static long ComputeIntegers(string symbol, long left, long right)
    {
        try
        {
            return symbol switch
            {
                "+" => checked(left + right),
                "-" => checked(left - right),
                "*" => checked(left * right),
                "//" => FloorDivide(left, right),
                "%" => checked(left - (FloorDivide(left, right) * right)),
                _ => Power(left, right),
            };
        }
        catch (OverflowException)
        {
            throw new JinjaFailure($"{left} {symbol} {right} does not fit into 64 bits.");
        }
        catch (DivideByZeroException)
        {
            throw new JinjaFailure("division by zero.");
        }
    }

    private static double ComputeFloats(string symbol, double left, double right) => symbol switch
    {
        "/" or "//" or "%" when right == 0 => throw new JinjaFailure("division by zero."),
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => left / right,
        "//" => Math.Floor(left / right),
        "%" => left - (Math.Floor(left / right) * right),
        _ => Math.Pow(left, right),
    };

    private static long FloorDivide(long left, long right)
    {
        var quotient = left / right;
        return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
    }

    private static long Power(long value, long exponent)
    {
        var result = 1L;
        for (; exponent > 0 && value is not (0 or 1 or -1); exponent--)
            result = checked(result * value);
        return exponent == 0 ? result : value == -1 && exponent % 2 == 0 ? 1 : value;
    }
}
