using System.Globalization;
using System.Text;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Parses what operators work on: names, literals and brackets; and the arguments of calls.</summary>
internal sealed class JinjaPrimaryParser(JinjaTokenStream tokens, JinjaExpressionParser expressions)
{
    /// <summary>The arguments of a call, in their brackets.</summary>
    public ArgumentNodes ParseArguments()
    {
        var positional = new List<JinjaExpression>();
        var named = new List<(string, JinjaExpression)>();
        tokens.ExpectOperator("(");
        while (!tokens.SkipOperator(")"))
        {
            if (positional.Count + named.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.SkipOperator(")"))
                    break;
            }

            if (tokens.Current.IsOperator("*") || tokens.Current.IsOperator("**"))
                throw tokens.Error($"'{tokens.Current.Text}' before an argument is not supported.");
            if (tokens.Current.Kind == JinjaTokenKind.Name && tokens.Following.IsOperator("="))
            {
                var name = tokens.Next().Text;
                tokens.Next();
                named.Add((name, expressions.Parse()));
            }
            else if (named.Count > 0)
                throw tokens.Error("an argument without a name follows one with a name.");
            else
                positional.Add(expressions.Parse());
        }

        return new ArgumentNodes(positional, named);
    }

    /// <summary>A name, a literal or something in brackets.</summary>
    public JinjaExpression ParsePrimary()
    {
        var token = tokens.Current;
        switch (token.Kind)
        {
            case JinjaTokenKind.Name:
                tokens.Next();
                return ParseName(token.Text);
            case JinjaTokenKind.String:
                return ParseString();
            case JinjaTokenKind.Integer:
                return ParseInteger();
            case JinjaTokenKind.Float:
                return new LiteralNode(double.Parse(tokens.Next().Text, CultureInfo.InvariantCulture));
            default:
                return tokens.Nested(ParseBracket);
        }
    }

    private JinjaExpression ParseBracket()
    {
        if (tokens.SkipOperator("("))
        {
            JinjaExpression inner = tokens.Current.IsOperator(")") ? new TupleNode([]) : expressions.ParseTuple();
            tokens.ExpectOperator(")");
            return inner;
        }

        if (tokens.SkipOperator("["))
            return new ListNode(ParseItems("]", () => expressions.Parse()));
        if (tokens.SkipOperator("{"))
            return new DictionaryNode(ParseItems("}", ParsePair));
        throw tokens.Error($"expected an expression, found {tokens.Current.Description}.");
    }

    private (JinjaExpression Key, JinjaExpression Value) ParsePair()
    {
        var key = expressions.Parse();
        tokens.ExpectOperator(":");
        return (key, expressions.Parse());
    }

    private List<T> ParseItems<T>(string end, Func<T> parse)
    {
        var items = new List<T>();
        while (!tokens.SkipOperator(end))
        {
            if (items.Count > 0)
            {
                tokens.ExpectOperator(",");
                if (tokens.SkipOperator(end))
                    break;
            }

            items.Add(parse());
        }

        return items;
    }

    private static JinjaExpression ParseName(string name) => name switch
    {
        "true" or "True" => new LiteralNode(true),
        "false" or "False" => new LiteralNode(false),
        "none" or "None" => new LiteralNode(null),
        _ => new NameNode(name),
    };

    private LiteralNode ParseString()
    {
        var text = new StringBuilder();
        while (tokens.Current.Kind == JinjaTokenKind.String)
            text.Append(tokens.Next().Text);
        return new LiteralNode(MarkedText.Trusted(text.ToString()));
    }

    /// <summary>A whole number.</summary>
    public LiteralNode ParseInteger()
    {
        if (!TryParse(tokens.Current.Text, out var value))
            throw tokens.Error($"{tokens.Current.Text} is too large; whole numbers have 64 bits.");
        tokens.Next();
        return new LiteralNode(value);
    }

    private static bool TryParse(string text, out long value) => text switch
    {
        ['0', 'x' or 'X', ..] => TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, out value),
        ['0', 'b' or 'B', ..] => TryParse(text.AsSpan(2), NumberStyles.AllowBinarySpecifier, out value),
        ['0', 'o' or 'O', ..] => TryParseOctal(text.AsSpan(2), out value),
        _ => long.TryParse(text, CultureInfo.InvariantCulture, out value),
    };

    private static bool TryParse(ReadOnlySpan<char> digits, NumberStyles style, out long value) =>
        long.TryParse(digits, style, CultureInfo.InvariantCulture, out value) && value >= 0;

    private static bool TryParseOctal(ReadOnlySpan<char> digits, out long value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (value > long.MaxValue >> 3)
                return false;
            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }
}
