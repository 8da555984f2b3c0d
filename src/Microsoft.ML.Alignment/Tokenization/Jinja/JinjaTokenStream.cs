using System.Runtime.CompilerServices;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>The tokens of a template, read from the first to the last.</summary>
internal sealed class JinjaTokenStream(List<JinjaToken> tokens)
{
    private const int DeepestNesting = 200;
    private int _position;
    private int _depth;

    /// <summary>The token that is read next.</summary>
    public JinjaToken Current => tokens[_position];

    /// <summary>The one behind it.</summary>
    public JinjaToken Following => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    /// <summary>Reads a token.</summary>
    public JinjaToken Next() => tokens[_position + 1 < tokens.Count ? _position++ : _position];

    /// <summary>Reads the current token if it is this operator.</summary>
    public bool SkipOperator(string text)
    {
        var found = Current.IsOperator(text);
        if (found)
            Next();
        return found;
    }

    /// <summary>Reads the current token if it is this name.</summary>
    public bool SkipName(string name)
    {
        var found = Current.IsName(name);
        if (found)
            Next();
        return found;
    }

    /// <summary>Reads an operator that must be there.</summary>
    public void ExpectOperator(string text)
    {
        if (!SkipOperator(text))
            throw Error($"expected '{text}', found {Current.Description}.");
    }

    /// <summary>Reads a name that must be there.</summary>
    public void ExpectName(string name)
    {
        if (!SkipName(name))
            throw Error($"expected '{name}', found {Current.Description}.");
    }

    /// <summary>Reads a token of a kind that must be there.</summary>
    public JinjaToken Expect(JinjaTokenKind kind) =>
        Current.Kind == kind ? Next() : throw Error($"expected {kind}, found {Current.Description}.");

    /// <summary>Parses something that may contain itself; too deep a nesting is refused before the stack is full.</summary>
    public T Nested<T>(Func<T> parse)
    {
        if (++_depth > DeepestNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Error($"it is nested more than {DeepestNesting} deep.");
        var result = parse();
        _depth--;
        return result;
    }

    /// <summary>An error at the current token.</summary>
    public ChatTemplateException Error(string problem) => new(problem, Current.Line);
}
