namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Functions that remember what they gave: <c>joiner</c> and <c>cycler</c>.</summary>
internal static class JinjaHelpers
{
    /// <summary>A function that gives its separator at every call but the first.</summary>
    public static object? Joiner(JinjaArguments arguments)
    {
        var separator = arguments.Get(0, "sep", MarkedText.Trusted(", "));
        var isFirst = true;
        return new JinjaFunction("joiner", _ =>
        {
            var given = isFirst ? MarkedText.Empty : separator;
            isFirst = false;
            return given;
        });
    }

    /// <summary>An object that gives one item after the other, again and again.</summary>
    public static object? Cycler(JinjaArguments arguments)
    {
        var items = arguments.Positional;
        if (items.Count == 0)
            throw new JinjaFailure("at least one item has to be provided.");
        var at = 0;
        return new JinjaLoop(name => name switch
        {
            "current" => items[at],
            "next" => new JinjaFunction("next", _ => Next()),
            "reset" => new JinjaFunction("reset", _ =>
            {
                at = 0;
                return null;
            }),
            _ => new JinjaUndefined($"'cycler' has no attribute '{name}'"),
        }, again: null);

        object? Next()
        {
            var given = items[at];
            at = (at + 1) % items.Count;
            return given;
        }
    }
}
