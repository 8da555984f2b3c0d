using System.Globalization;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>The filters that work on sequences.</summary>
internal static class JinjaSequenceFilters
{
    private static readonly Comparer<object?> Order = Comparer<object?>.Create((left, right) => JinjaOperators.Compare(left, right));
    private const int MostParts = 64;
    private static readonly IReadOnlyDictionary<string, object?> NoNames = new Dictionary<string, object?>();

    /// <summary>The items as text, one behind the other.</summary>
    public static object Join(object? value, JinjaArguments arguments)
    {
        var separator = JinjaText.Of(arguments.Get(0, "d", MarkedText.Empty));
        var part = ByAttribute(arguments.Get(1, "attribute"), foldsCase: false);
        return JinjaText.Join(separator, JinjaSequences.Iterate(value).Select(part));
    }

    /// <summary>The items from the last to the first.</summary>
    public static object Reverse(object? value, JinjaArguments arguments) => value is MarkedText text
        ? JinjaText.Join(MarkedText.Empty, JinjaText.Characters(text).AsEnumerable().Reverse())
        : new JinjaIterator([.. JinjaSequences.Iterate(value).Reverse()]);

    /// <summary>The items in order.</summary>
    public static object Sort(object? value, JinjaArguments arguments)
    {
        var key = ByAttribute(arguments.Get(2, "attribute"), foldsCase: !JinjaOperators.IsTrue(arguments.Get(1, "case_sensitive")));
        return Ordered(JinjaSequences.Iterate(value), key, JinjaOperators.IsTrue(arguments.Get(0, "reverse")));
    }

    /// <summary>The first of equal items.</summary>
    public static object Unique(object? value, JinjaArguments arguments)
    {
        var key = ByAttribute(arguments.Get(1, "attribute"), foldsCase: !JinjaOperators.IsTrue(arguments.Get(0, "case_sensitive")));
        var seen = new HashSet<object>(JinjaEquality.Instance);
        return new JinjaIterator([.. JinjaSequences.Iterate(value).Where(item => seen.Add(key(item) ?? DBNull.Value))]);
    }

    /// <summary>The smallest (-1) or largest (1) item.</summary>
    public static object? Extreme(object? value, JinjaArguments arguments, int sign)
    {
        var key = ByAttribute(arguments.Get(1, "attribute"), foldsCase: !JinjaOperators.IsTrue(arguments.Get(0, "case_sensitive")));
        var items = JinjaSequences.Iterate(value);
        if (items.Count == 0)
            return new JinjaUndefined("No aggregated item, sequence was empty.");
        return items.Aggregate((best, item) => sign * JinjaOperators.Compare(key(item), key(best)) > 0 ? item : best);
    }

    /// <summary>The sum of the items.</summary>
    public static object? Sum(object? value, JinjaArguments arguments) => JinjaSequences.Iterate(value)
        .Select(ByAttribute(arguments.Get(0, "attribute"), foldsCase: false))
        .Aggregate(arguments.Get(1, "start", 0L), (sum, item) => JinjaOperators.Compute("+", sum, item));

    /// <summary>An attribute of every item, or a filter applied to it.</summary>
    public static object Map(object? value, JinjaArguments arguments)
    {
        var items = JinjaSequences.Iterate(value);
        if (arguments.Positional.Count == 0 && arguments.Named.TryGetValue("attribute", out var attribute))
        {
            var get = ByAttribute(attribute, foldsCase: false);
            var hasDefault = arguments.Named.TryGetValue("default", out var otherwise);
            return new JinjaIterator([.. items.Select(get).Select(found => found is JinjaUndefined && hasDefault ? otherwise : found)]);
        }

        var filter = arguments.Text(0, "filter").Text;
        var rest = new JinjaArguments(filter, [.. arguments.Positional.Skip(1)], arguments.Named);
        return new JinjaIterator([.. items.Select(item => JinjaFilters.Apply(filter, item, rest))]);
    }

    /// <summary>The items for which a test holds, or for which it does not.</summary>
    public static object Select(object? value, JinjaArguments arguments, bool byAttribute, bool keeps)
    {
        var skipped = byAttribute ? 1 : 0;
        var key = ByAttribute(byAttribute ? arguments.Require(0, "attribute") : null, foldsCase: false);
        var test = arguments.Positional.Count > skipped ? arguments.Text(skipped, "test").Text : null;
        var rest = new JinjaArguments(test ?? "", [.. arguments.Positional.Skip(skipped + 1)], NoNames);
        return new JinjaIterator([.. JinjaSequences.Iterate(value).Where(item =>
            (test is null ? JinjaOperators.IsTrue(key(item)) : JinjaTests.Holds(test, key(item), rest)) == keeps)]);
    }

    /// <summary>The pairs of a dictionary in the order of their keys or values.</summary>
    public static object SortDictionary(object? value, JinjaArguments arguments)
    {
        var by = arguments.Get(1, "by") is MarkedText { Text: "value" } ? 1 : 0;
        var fold = ByAttribute(null, foldsCase: !JinjaOperators.IsTrue(arguments.Get(0, "case_sensitive")));
        return Ordered(
            JinjaMethods.Items(JinjaFilters.Dictionary(value, "dictsort")),
            pair => fold(((JinjaTuple)pair!).Items[by]),
            JinjaOperators.IsTrue(arguments.Get(2, "reverse")));
    }

    /// <summary>The items in the order of their keys; equal ones stay in theirs.</summary>
    public static List<T> Ordered<T>(IReadOnlyList<T> items, Func<T, object?> key, bool isReversed)
    {
        try
        {
            return [.. isReversed ? items.OrderByDescending(key, Order) : items.OrderBy(key, Order)];
        }
        catch (InvalidOperationException exception) when (exception.InnerException is JinjaFailure failure)
        {
            throw failure;
        }
    }

    // A dotted attribute, of which whole numbers are items; null is the item itself.
    private static Func<object?, object?> ByAttribute(object? attribute, bool foldsCase)
    {
        object?[] path = attribute switch
        {
            null => [],
            MarkedText text => [.. JinjaTextMethods.Search(text).Split('.', MostParts).Select(Key)],
            _ => [attribute],
        };
        return item =>
        {
            JinjaBudget.ChargeVisits(path.Length);
            var value = path.Aggregate(item, JinjaSequences.Item);
            return foldsCase && value is MarkedText text
                ? JinjaTextMethods.Convert(text, JinjaTextMethods.Search(text).ToLowerInvariant())
                : value;
        };

        static object Key(string part) => long.TryParse(part, CultureInfo.InvariantCulture, out var index)
            ? index
            : MarkedText.Trusted(part);
    }
}
