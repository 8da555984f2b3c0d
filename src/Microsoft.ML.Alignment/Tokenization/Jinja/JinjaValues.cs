namespace Microsoft.ML.Alignment.Tokenization.Jinja;

// Values are: null (none), bool, long, double, MarkedText, List<object?>, and the types below.

/// <summary>What a missing variable, attribute or item is; most uses of it fail.</summary>
/// <param name="Problem">What is missing.</param>
internal sealed record JinjaUndefined(string Problem);

/// <summary>A tuple.</summary>
internal sealed record JinjaTuple(IReadOnlyList<object?> Items);

/// <summary>What filters that compute lazily in Python return: it can be iterated, but has no length and no items.</summary>
internal sealed record JinjaIterator(IReadOnlyList<object?> Items);

/// <summary>The keys, values or items of a dictionary: they can be iterated and counted, and are no list.</summary>
internal sealed record JinjaView(string Name, IReadOnlyList<object?> Items);

/// <summary>A dictionary, in the order of insertion.</summary>
internal sealed class JinjaDictionary() : OrderedDictionary<object, object?>(JinjaEquality.Instance);

/// <summary>What <c>namespace()</c> makes: its attributes can be set from within loops.</summary>
internal sealed class JinjaNamespace : Dictionary<string, object?>;

/// <summary>What <c>loop</c> is: its attributes, and for a recursive loop the function that runs it again.</summary>
internal sealed class JinjaLoop(Func<string, object?> attribute, JinjaFunction? again)
{
    /// <summary>An attribute; a <see cref="JinjaUndefined"/> if there is none.</summary>
    public object? Attribute(string name) => attribute(name);

    /// <summary>Runs it again; null if it is not recursive.</summary>
    public JinjaFunction? Again { get; } = again;
}

/// <summary>A function.</summary>
/// <param name="Name">How errors call it.</param>
/// <param name="Call">What it does.</param>
internal sealed record JinjaFunction(string Name, Func<JinjaArguments, object?> Call);

/// <summary>The arguments of a call.</summary>
internal sealed class JinjaArguments(string function, IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named)
{
    /// <summary>Those without a name.</summary>
    public IReadOnlyList<object?> Positional => positional;

    /// <summary>Those with a name.</summary>
    public IReadOnlyDictionary<string, object?> Named => named;

    /// <summary>Whether an argument was given.</summary>
    public bool Has(int index, string name) => index < positional.Count || named.ContainsKey(name);

    /// <summary>An argument; <paramref name="otherwise"/> if it was not given.</summary>
    public object? Get(int index, string name, object? otherwise = null) =>
        index < positional.Count ? positional[index] : named.TryGetValue(name, out var value) ? value : otherwise;

    /// <summary>An argument that must be given.</summary>
    public object? Require(int index, string name) =>
        Has(index, name) ? Get(index, name) : throw new JinjaFailure($"{function}() needs the argument '{name}'.");

    /// <summary>A string that must be given.</summary>
    public MarkedText Text(int index, string name) => Require(index, name) as MarkedText ?? throw Wrong(index, name, "a string");

    /// <summary>A whole number.</summary>
    public int Integer(int index, string name, int otherwise) => Get(index, name, (long)otherwise) switch
    {
        long value and >= int.MinValue and <= int.MaxValue => (int)value,
        bool value => value ? 1 : 0,
        null => otherwise,
        _ => throw Wrong(index, name, "a whole number"),
    };

    private JinjaFailure Wrong(int index, string name, string expected) =>
        new($"{function}(): argument '{name}' must be {expected}, not {JinjaOperators.TypeName(Get(index, name))}.");
}

/// <summary>Rendering fails here; the interpreter adds the line.</summary>
internal sealed class JinjaFailure(string message, bool isRaisedByTemplate = false) : Exception(message)
{
    /// <summary>Whether the template called <c>raise_exception</c>.</summary>
    public bool IsRaisedByTemplate { get; } = isRaisedByTemplate;
}

/// <summary>Keys of dictionaries: <c>1</c>, <c>1.0</c> and <c>true</c> are one.</summary>
internal sealed class JinjaEquality : IEqualityComparer<object>
{
    /// <summary>The only one.</summary>
    public static readonly JinjaEquality Instance = new();

    /// <inheritdoc/>
    public new bool Equals(object? x, object? y) => JinjaOperators.AreEqual(x, y);

    /// <inheritdoc/>
    public int GetHashCode(object obj) => obj switch
    {
        MarkedText text => HashOf(text.Text),
        bool value => (value ? 1.0 : 0.0).GetHashCode(),
        long value => ((double)value).GetHashCode(),
        DBNull => 0,
        double value => value.GetHashCode(),
        // Tuples in tuples count by their length only: they may hold each other many times over.
        JinjaTuple tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, item switch
        {
            null => 0,
            JinjaTuple inner => inner.Items.Count,
            _ => GetHashCode(item),
        })),
        _ => throw new JinjaFailure($"unhashable type: '{JinjaOperators.TypeName(obj)}'."),
    };

    private static int HashOf(string text)
    {
        JinjaBudget.ChargeCharacters(text.Length);
        return string.GetHashCode(text, StringComparison.Ordinal);
    }
}

/// <summary>What a rendering may use at most; a template comes with a model, and models come from others.</summary>
internal static class JinjaLimits
{
    /// <summary>The characters of a text.</summary>
    public const int Characters = 1 << 22;
    /// <summary>The items of a list.</summary>
    public const int Items = 1 << 20;
    /// <summary>The expressions and statements that are run.</summary>
    public const int Steps = 20_000_000;
    /// <summary>The characters that are read and made in all; texts are UTF-16, so what is held stays below twice as many bytes.</summary>
    public const long Work = 1L << 28;
    /// <summary>As how many characters a value counts that is made.</summary>
    public const int CharactersOfItem = 24;
    /// <summary>As how many characters an item counts that is looked at or copied.</summary>
    public const int CharactersOfVisit = 4;
    /// <summary>How long a rendering may take; far more than <see cref="Work"/> needs on a busy machine.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(30);
    /// <summary>How deep macros, loops and blocks are nested in each other.</summary>
    public const int Depth = 200;

    /// <summary>Checks the length of a text before it is made.</summary>
    public static void CheckCharacters(long count)
    {
        if (count > Characters)
            throw new JinjaFailure($"a text would have {count} characters; at most {Characters} are allowed.");
    }

    /// <summary>Checks the length of a list before it is made.</summary>
    public static void CheckItems(long count)
    {
        if (count > Items)
            throw new JinjaFailure($"a list would have {count} items; at most {Items} are allowed.");
    }
}
