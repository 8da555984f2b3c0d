namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>What <c>is</c> can ask of a value.</summary>
internal static class JinjaTests
{
    private static readonly Dictionary<string, Func<object?, JinjaArguments, bool>> Tests = new(StringComparer.Ordinal)
    {
        ["defined"] = (value, _) => value is not JinjaUndefined,
        ["undefined"] = (value, _) => value is JinjaUndefined,
        ["none"] = (value, _) => value is null,
        ["boolean"] = (value, _) => value is bool,
        ["true"] = (value, _) => value is true,
        ["false"] = (value, _) => value is false,
        ["integer"] = (value, _) => value is long,
        ["float"] = (value, _) => value is double,
        ["number"] = (value, _) => value is long or double or bool,
        ["string"] = (value, _) => value is MarkedText,
        ["mapping"] = (value, _) => value is JinjaDictionary,
        ["sequence"] = (value, _) => value is MarkedText or List<object?> or JinjaTuple or JinjaDictionary or JinjaUndefined,
        ["iterable"] = (value, _) =>
            value is MarkedText or List<object?> or JinjaTuple or JinjaDictionary or JinjaIterator or JinjaView or JinjaUndefined,
        ["callable"] = (value, _) => value is JinjaFunction,
        ["odd"] = (value, _) => Remainder(value, 2) == 1,
        ["even"] = (value, _) => Remainder(value, 2) == 0,
        ["divisibleby"] = (value, arguments) => Remainder(value, arguments.Integer(0, "num", 0)) == 0,
        ["lower"] = (value, _) => JinjaText.Of(value).Text is var text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["upper"] = (value, _) => JinjaText.Of(value).Text is var text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["in"] = (value, arguments) => JinjaOperators.Contains(arguments.Require(0, "seq"), value),
        ["sameas"] = (value, arguments) =>
            value is MarkedText or long or double ? JinjaOperators.AreEqual(value, arguments.Require(0, "other"))
            : Equals(value, arguments.Require(0, "other")),
        ["=="] = IsEqual,
        ["eq"] = IsEqual,
        ["equalto"] = IsEqual,
        ["!="] = (value, arguments) => !IsEqual(value, arguments),
        ["ne"] = (value, arguments) => !IsEqual(value, arguments),
        ["<"] = IsLess,
        ["lt"] = IsLess,
        ["lessthan"] = IsLess,
        [">"] = IsGreater,
        ["gt"] = IsGreater,
        ["greaterthan"] = IsGreater,
        ["<="] = (value, arguments) => !IsGreater(value, arguments),
        ["le"] = (value, arguments) => !IsGreater(value, arguments),
        [">="] = (value, arguments) => !IsLess(value, arguments),
        ["ge"] = (value, arguments) => !IsLess(value, arguments),
    };

    /// <summary>The names of the tests.</summary>
    public static string Names => string.Join(", ", Tests.Keys.Order(StringComparer.Ordinal));

    /// <summary>Whether there is a test of this name.</summary>
    public static bool Exists(string name) => Tests.ContainsKey(name);

    /// <summary>Asks.</summary>
    public static bool Holds(string name, object? value, JinjaArguments arguments) => Tests.TryGetValue(name, out var test)
        ? test(value, arguments)
        : throw new JinjaFailure($"test '{name}' is not supported; supported are {Names}.");

    private static bool IsEqual(object? value, JinjaArguments arguments) => JinjaOperators.AreEqual(value, arguments.Require(0, "other"));

    private static bool IsLess(object? value, JinjaArguments arguments) => JinjaOperators.Compare(value, arguments.Require(0, "other")) < 0;

    private static bool IsGreater(object? value, JinjaArguments arguments) =>
        JinjaOperators.Compare(value, arguments.Require(0, "other"), ">") > 0;

    private static double Remainder(object? value, long divisor) =>
        JinjaOperators.AsNumber(JinjaOperators.Compute("%", value, divisor)) ?? double.NaN;
}
