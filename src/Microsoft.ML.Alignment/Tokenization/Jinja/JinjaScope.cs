namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>The variables of a block, and of the blocks around it.</summary>
internal sealed class JinjaScope(JinjaScope? outer)
{
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);

    /// <summary>Sets a variable of this block.</summary>
    public object? this[string name]
    {
        set => _variables[name] = value;
    }

    /// <summary>Finds a variable here or around.</summary>
    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._variables.TryGetValue(name, out value))
                return true;
        }

        value = null;
        return false;
    }

    private JinjaScope? Outer { get; } = outer;
}
