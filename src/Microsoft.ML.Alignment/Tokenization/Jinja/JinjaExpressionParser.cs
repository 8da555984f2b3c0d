namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Parses expressions, with the precedences of Jinja.</summary>
internal sealed partial class JinjaExpressionParser(JinjaTokenStream tokens)
{
    private static readonly HashSet<string> Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>One expression.</summary>
    public JinjaExpression Parse(bool withConditional = true) => tokens.Nested(() => withConditional ? ParseConditional() : ParseOr());

    /// <summary>One expression, or several with commas between them, which are a tuple.</summary>
    public JinjaExpression ParseTuple(bool withConditional = true)
    {
        var first = Parse(withConditional);
        if (!tokens.Current.IsOperator(","))
            return first;
        var items = new List<JinjaExpression> { first };
        while (tokens.SkipOperator(",") && !EndsTuple())
            items.Add(Parse(withConditional));
        return new TupleNode(items);
    }

    /// <summary>What a value is assigned to: a name, an attribute of a namespace, or a tuple of them.</summary>
    public JinjaExpression ParseTarget(bool allowsAttribute)
    {
        var items = new List<JinjaExpression>();
        do
        {
            if (items.Count > 0 && (tokens.Current.IsName("in") || tokens.Current.IsOperator("=")))
                break;
            items.Add(ParseOneTarget(allowsAttribute));
        }
        while (tokens.SkipOperator(","));
        return items.Count == 1 ? items[0] : new TupleNode(items);
    }

    /// <summary>Filters that follow, applied to <paramref name="target"/>.</summary>
    public JinjaExpression? ParseFilters(JinjaExpression? target)
    {
        while (tokens.SkipOperator("|"))
            target = ParseFilter(target);
        return target;
    }

    /// <summary>One filter, its name first.</summary>
    public FilterNode ParseFilter(JinjaExpression? target)
    {
        var name = ParseDottedName();
        if (!JinjaFilters.Exists(name))
            throw tokens.Error($"filter '{name}' is not supported; supported are {JinjaFilters.Names}.");
        return new FilterNode(target, name, tokens.Current.IsOperator("(") ? ParseArguments() : ArgumentNodes.Empty);
    }

    private JinjaExpression ParseOneTarget(bool allowsAttribute)
    {
        if (tokens.SkipOperator("("))
        {
            var inner = ParseTarget(allowsAttribute);
            tokens.ExpectOperator(")");
            return inner;
        }

        var name = tokens.Expect(JinjaTokenKind.Name).Text;
        if (name is "true" or "false" or "none" or "True" or "False" or "None")
            throw tokens.Error($"'{name}' cannot be assigned to.");
        return allowsAttribute && tokens.SkipOperator(".")
            ? new AttributeNode(new NameNode(name), tokens.Expect(JinjaTokenKind.Name).Text)
            : new NameNode(name);
    }

    private JinjaExpression ParseConditional()
    {
        var value = ParseOr();
        while (tokens.SkipName("if"))
        {
            var test = ParseOr();
            value = new ConditionalNode(test, value, tokens.SkipName("else") ? Parse() : null);
        }

        return value;
    }

    private JinjaExpression ParseOr() => ParseNamed("or", () => ParseNamed("and", ParseNot));

    private JinjaExpression ParseNot() => tokens.SkipName("not") ? new UnaryNode("not", tokens.Nested(ParseNot)) : ParseComparison();

    private JinjaExpression ParseComparison()
    {
        var first = ParseSum();
        var rest = new List<(string, JinjaExpression)>();
        while (true)
        {
            if (tokens.Current.Kind == JinjaTokenKind.Operator && Comparisons.Contains(tokens.Current.Text))
                rest.Add((tokens.Next().Text, ParseSum()));
            else if (tokens.SkipName("in"))
                rest.Add(("in", ParseSum()));
            else if (tokens.Current.IsName("not") && tokens.Following.IsName("in"))
            {
                tokens.Next();
                tokens.Next();
                rest.Add(("not in", ParseSum()));
            }
            else
                return rest.Count == 0 ? first : new CompareNode(first, rest);
        }
    }

    private JinjaExpression ParseSum() => ParseOperators(ParseConcatenation, "+", "-");

    private JinjaExpression ParseConcatenation() => ParseOperators(ParseProduct, "~");

    private JinjaExpression ParseProduct() => ParseOperators(ParsePower, "*", "/", "//", "%");

    private JinjaExpression ParsePower() => ParseOperators(() => ParseUnary(withFilter: true), "**");

    private JinjaExpression ParseOperators(Func<JinjaExpression> parseOperand, params string[] operators)
    {
        var left = parseOperand();
        while (tokens.Current.Kind == JinjaTokenKind.Operator && operators.Contains(tokens.Current.Text))
            left = new BinaryNode(tokens.Next().Text, left, parseOperand());
        return left;
    }

    private JinjaExpression ParseNamed(string name, Func<JinjaExpression> parseOperand)
    {
        var left = parseOperand();
        while (tokens.SkipName(name))
            left = new BinaryNode(name, left, parseOperand());
        return left;
    }

    private JinjaExpression ParseUnary(bool withFilter)
    {
        JinjaExpression node;
        if (tokens.Current.IsOperator("-") || tokens.Current.IsOperator("+"))
            node = new UnaryNode(tokens.Next().Text, tokens.Nested(() => ParseUnary(withFilter: false)));
        else
            node = ParsePrimary();
        node = ParsePostfix(node);
        return withFilter ? ParseFiltersAndTests(node) : node;
    }

    private JinjaExpression ParsePostfix(JinjaExpression node)
    {
        while (true)
        {
            if (tokens.SkipOperator("."))
                node = ParseAttribute(node);
            else if (tokens.SkipOperator("["))
                node = ParseSubscript(node);
            else if (tokens.Current.IsOperator("("))
                node = new CallNode(node, ParseArguments());
            else
                return node;
        }
    }

    private JinjaExpression ParseAttribute(JinjaExpression target) => tokens.Current.Kind == JinjaTokenKind.Integer
        ? new ItemNode(target, ParseInteger())
        : new AttributeNode(target, tokens.Expect(JinjaTokenKind.Name).Text);

    private JinjaExpression ParseSubscript(JinjaExpression target)
    {
        JinjaExpression? start = tokens.Current.IsOperator(":") ? null : Parse();
        if (start is not null && tokens.SkipOperator("]"))
            return new ItemNode(target, start);
        if (tokens.Current.IsOperator(","))
            throw tokens.Error("a subscript of several values is not supported.");
        tokens.ExpectOperator(":");
        var stop = tokens.Current.IsOperator(":") || tokens.Current.IsOperator("]") ? null : Parse();
        var step = tokens.SkipOperator(":") && !tokens.Current.IsOperator("]") ? Parse() : null;
        tokens.ExpectOperator("]");
        return new SliceNode(target, start, stop, step);
    }

    private JinjaExpression ParseFiltersAndTests(JinjaExpression node)
    {
        while (true)
        {
            if (tokens.SkipOperator("|"))
                node = ParseFilter(node);
            else if (tokens.SkipName("is"))
                node = ParseTest(node);
            else if (tokens.Current.IsOperator("("))
                node = new CallNode(node, ParseArguments());
            else
                return node;
        }
    }

    private JinjaExpression ParseTest(JinjaExpression target)
    {
        var isNegated = tokens.SkipName("not");
        var name = ParseDottedName();
        if (!JinjaTests.Exists(name))
            throw tokens.Error($"test '{name}' is not supported; supported are {JinjaTests.Names}.");
        var arguments = ArgumentNodes.Empty;
        if (tokens.Current.IsOperator("("))
            arguments = ParseArguments();
        else if (BeginsTestArgument())
            arguments = new ArgumentNodes([ParsePostfix(ParsePrimary())], []);
        var test = new TestNode(target, name, arguments);
        return isNegated ? new UnaryNode("not", test) : test;
    }

    private bool BeginsTestArgument() => tokens.Current.Kind switch
    {
        JinjaTokenKind.Name when tokens.Current.Text is "is" => throw tokens.Error("tests cannot be chained with 'is'."),
        JinjaTokenKind.Name => tokens.Current.Text is not ("else" or "or" or "and" or "if" or "in" or "not"),
        JinjaTokenKind.String or JinjaTokenKind.Integer or JinjaTokenKind.Float => true,
        _ => tokens.Current.IsOperator("[") || tokens.Current.IsOperator("{"),
    };

    private string ParseDottedName()
    {
        var name = tokens.Expect(JinjaTokenKind.Name).Text;
        while (tokens.SkipOperator("."))
            name += "." + tokens.Expect(JinjaTokenKind.Name).Text;
        return name;
    }

    private bool EndsTuple() => tokens.Current.Kind is JinjaTokenKind.VariableEnd or JinjaTokenKind.BlockEnd || tokens.Current.IsOperator(")");
}
