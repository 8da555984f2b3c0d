using System.Runtime.CompilerServices;
using System.Text;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Compares two values, within bounds: lists that hold each other twice are small to write and endless to compare.</summary>
internal sealed class JinjaComparison
{
    private const int MostPairs = 1 << 17;
    private int _pairs;

    /// <summary>Whether two values are equal.</summary>
    public bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (MarkedText a, MarkedText b) => AreEqual(a.Text, b.Text),
        (List<object?> a, List<object?> b) => AreEqual(a, b),
        (JinjaTuple a, JinjaTuple b) => AreEqual(a.Items, b.Items),
        (JinjaDictionary a, JinjaDictionary b) => AreEqual(a, b),
        (JinjaUndefined, JinjaUndefined) => true,
        _ when JinjaOperators.AsInteger(left) is { } a && JinjaOperators.AsInteger(right) is { } b => a == b,
        _ when JinjaOperators.AsNumber(left) is { } a && JinjaOperators.AsNumber(right) is { } b => a == b,
        _ => ReferenceEquals(left, right),
    };

    /// <summary>The order of two values; <paramref name="symbol"/> is what errors call the operator.</summary>
    public int Compare(object? left, object? right, string symbol) => (left, right) switch
    {
        (MarkedText a, MarkedText b) => CompareCodePoints(a.Text, b.Text),
        (List<object?> a, List<object?> b) => Compare(a, b, symbol),
        (JinjaTuple a, JinjaTuple b) => Compare(a.Items, b.Items, symbol),
        _ when JinjaOperators.AsInteger(left) is { } a && JinjaOperators.AsInteger(right) is { } b => a.CompareTo(b),
        _ when JinjaOperators.AsNumber(left) is { } a && JinjaOperators.AsNumber(right) is { } b => a.CompareTo(b),
        _ => throw JinjaOperators.Unless(
            left, right, $"'{symbol}' is not supported between {JinjaOperators.TypeName(left)} and {JinjaOperators.TypeName(right)}."),
    };

    private static bool AreEqual(string left, string right)
    {
        if (left.Length != right.Length)
            return false;
        JinjaBudget.ChargeCharacters(left.Length);
        return left == right;
    }

    private bool AreEqual(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        if (left.Count != right.Count)
            return false;
        for (var i = 0; i < left.Count; i++)
        {
            CountPair();
            if (!AreEqual(left[i], right[i]))
                return false;
        }

        return true;
    }

    private bool AreEqual(JinjaDictionary left, JinjaDictionary right)
    {
        if (left.Count != right.Count)
            return false;
        foreach (var (key, value) in left)
        {
            CountPair();
            if (!right.TryGetValue(key, out var other) || !AreEqual(value, other))
                return false;
        }

        return true;
    }

    private int Compare(IReadOnlyList<object?> left, IReadOnlyList<object?> right, string symbol)
    {
        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            CountPair();
            if (!AreEqual(left[i], right[i]))
                return Compare(left[i], right[i], symbol);
        }

        return left.Count.CompareTo(right.Count);
    }

    private static int CompareCodePoints(string left, string right)
    {
        JinjaBudget.ChargeCharacters(left.AsSpan().CommonPrefixLength(right));
        StringRuneEnumerator a = left.EnumerateRunes(), b = right.EnumerateRunes();
        while (true)
        {
            var (hasLeft, hasRight) = (a.MoveNext(), b.MoveNext());
            if (!hasLeft || !hasRight)
                return hasLeft.CompareTo(hasRight);
            if (a.Current != b.Current)
                return a.Current.CompareTo(b.Current);
        }
    }

    private void CountPair()
    {
        JinjaBudget.ChargeVisits(1);
        if (++_pairs > MostPairs)
            throw new JinjaFailure($"a comparison takes more than {MostPairs} pairs of items.");
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new JinjaFailure("values are nested too deep to be compared.");
    }
}
