namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Parses expressions, with the precedences of Jinja.</summary>
internal sealed class JinjaExpressionParser
{
    private static readonly HashSet<string> Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    private readonly JinjaTokenStream _tokens;
    private readonly JinjaPrimaryParser _primaries;

    /// <param name="tokens">The tokens of the template, which the parser of its statements reads too.</param>
    public JinjaExpressionParser(JinjaTokenStream tokens)
    {
        _tokens = tokens;
        _primaries = new JinjaPrimaryParser(tokens, this);
    }

    /// <summary>One expression.</summary>
    public JinjaExpression Parse(bool withConditional = true) => _tokens.Nested(() => withConditional ? ParseConditional() : ParseOr());

    /// <summary>One expression, or several with commas between them, which are a tuple.</summary>
    public JinjaExpression ParseTuple(bool withConditional = true)
    {
        var first = Parse(withConditional);
        if (!_tokens.Current.IsOperator(","))
            return first;
        var items = new List<JinjaExpression> { first };
        while (_tokens.SkipOperator(",") && !EndsTuple())
            items.Add(Parse(withConditional));
        return new TupleNode(items);
    }

    /// <summary>What a value is assigned to: a name, an attribute of a namespace, or a tuple of them.</summary>
    public JinjaExpression ParseTarget(bool allowsAttribute)
    {
        var items = new List<JinjaExpression>();
        do
        {
            if (items.Count > 0 && (_tokens.Current.IsName("in") || _tokens.Current.IsOperator("=")))
                break;
            items.Add(ParseOneTarget(allowsAttribute));
        }
        while (_tokens.SkipOperator(","));
        return items.Count == 1 ? items[0] : new TupleNode(items);
    }

    /// <summary>Filters that follow, applied to <paramref name="target"/>.</summary>
    public JinjaExpression? ParseFilters(JinjaExpression? target)
    {
        while (_tokens.SkipOperator("|"))
            target = ParseFilter(target);
        return target;
    }

    /// <summary>One filter, its name first.</summary>
    public FilterNode ParseFilter(JinjaExpression? target)
    {
        var name = ParseDottedName();
        if (!JinjaFilters.Exists(name))
            throw _tokens.Error($"filter '{name}' is not supported; supported are {JinjaFilters.Names}.");
        return new FilterNode(target, name, _tokens.Current.IsOperator("(") ? _primaries.ParseArguments() : ArgumentNodes.Empty);
    }

    private JinjaExpression ParseOneTarget(bool allowsAttribute)
    {
        if (_tokens.SkipOperator("("))
        {
            var inner = _tokens.Nested(() => ParseTarget(allowsAttribute));
            _tokens.ExpectOperator(")");
            return inner;
        }

        var name = _tokens.Expect(JinjaTokenKind.Name).Text;
        if (name is "true" or "false" or "none" or "True" or "False" or "None")
            throw _tokens.Error($"'{name}' cannot be assigned to.");
        return allowsAttribute && _tokens.SkipOperator(".")
            ? new AttributeNode(new NameNode(name), _tokens.Expect(JinjaTokenKind.Name).Text)
            : new NameNode(name);
    }

    private JinjaExpression ParseConditional()
    {
        var value = ParseOr();
        while (_tokens.SkipName("if"))
        {
            var test = ParseOr();
            value = new ConditionalNode(test, value, _tokens.SkipName("else") ? Parse() : null);
        }

        return value;
    }

    private JinjaExpression ParseOr() => ParseNamed("or", () => ParseNamed("and", ParseNot));

    private JinjaExpression ParseNot() => _tokens.SkipName("not") ? new UnaryNode("not", _tokens.Nested(ParseNot)) : ParseComparison();

    private JinjaExpression ParseComparison()
    {
        var first = ParseSum();
        var rest = new List<(string, JinjaExpression)>();
        while (true)
        {
            if (_tokens.Current.Kind == JinjaTokenKind.Operator && Comparisons.Contains(_tokens.Current.Text))
                rest.Add((_tokens.Next().Text, ParseSum()));
            else if (_tokens.SkipName("in"))
                rest.Add(("in", ParseSum()));
            else if (_tokens.Current.IsName("not") && _tokens.Following.IsName("in"))
            {
                _tokens.Next();
                _tokens.Next();
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
        while (_tokens.Current.Kind == JinjaTokenKind.Operator && operators.Contains(_tokens.Current.Text))
            left = new BinaryNode(_tokens.Next().Text, left, parseOperand());
        return left;
    }

    private JinjaExpression ParseNamed(string name, Func<JinjaExpression> parseOperand)
    {
        var left = parseOperand();
        while (_tokens.SkipName(name))
            left = new BinaryNode(name, left, parseOperand());
        return left;
    }

    private JinjaExpression ParseUnary(bool withFilter)
    {
        JinjaExpression node;
        if (_tokens.Current.IsOperator("-") || _tokens.Current.IsOperator("+"))
            node = new UnaryNode(_tokens.Next().Text, _tokens.Nested(() => ParseUnary(withFilter: false)));
        else
            node = _primaries.ParsePrimary();
        node = ParsePostfix(node);
        return withFilter ? ParseFiltersAndTests(node) : node;
    }

    private JinjaExpression ParsePostfix(JinjaExpression node)
    {
        while (true)
        {
            if (_tokens.SkipOperator("."))
                node = ParseAttribute(node);
            else if (_tokens.SkipOperator("["))
                node = ParseSubscript(node);
            else if (_tokens.Current.IsOperator("("))
                node = new CallNode(node, _primaries.ParseArguments());
            else
                return node;
        }
    }

    private JinjaExpression ParseAttribute(JinjaExpression target) => _tokens.Current.Kind == JinjaTokenKind.Integer
        ? new ItemNode(target, _primaries.ParseInteger())
        : new AttributeNode(target, _tokens.Expect(JinjaTokenKind.Name).Text);

    private JinjaExpression ParseSubscript(JinjaExpression target)
    {
        JinjaExpression? start = _tokens.Current.IsOperator(":") ? null : Parse();
        if (start is not null && _tokens.SkipOperator("]"))
            return new ItemNode(target, start);
        if (_tokens.Current.IsOperator(","))
            throw _tokens.Error("a subscript of several values is not supported.");
        _tokens.ExpectOperator(":");
        var stop = _tokens.Current.IsOperator(":") || _tokens.Current.IsOperator("]") ? null : Parse();
        var step = _tokens.SkipOperator(":") && !_tokens.Current.IsOperator("]") ? Parse() : null;
        _tokens.ExpectOperator("]");
        return new SliceNode(target, start, stop, step);
    }

    private JinjaExpression ParseFiltersAndTests(JinjaExpression node)
    {
        while (true)
        {
            if (_tokens.SkipOperator("|"))
                node = ParseFilter(node);
            else if (_tokens.SkipName("is"))
                node = ParseTest(node);
            else if (_tokens.Current.IsOperator("("))
                node = new CallNode(node, _primaries.ParseArguments());
            else
                return node;
        }
    }

    private JinjaExpression ParseTest(JinjaExpression target)
    {
        var isNegated = _tokens.SkipName("not");
        var name = ParseDottedName();
        if (!JinjaTests.Exists(name))
            throw _tokens.Error($"test '{name}' is not supported; supported are {JinjaTests.Names}.");
        var arguments = ArgumentNodes.Empty;
        if (_tokens.Current.IsOperator("("))
            arguments = _primaries.ParseArguments();
        else if (BeginsTestArgument())
            arguments = new ArgumentNodes([ParsePostfix(_primaries.ParsePrimary())], []);
        var test = new TestNode(target, name, arguments);
        return isNegated ? new UnaryNode("not", test) : test;
    }

    private bool BeginsTestArgument() => _tokens.Current.Kind switch
    {
        JinjaTokenKind.Name when _tokens.Current.Text is "is" => throw _tokens.Error("tests cannot be chained with 'is'."),
        JinjaTokenKind.Name => _tokens.Current.Text is not ("else" or "or" or "and" or "if" or "in" or "not"),
        JinjaTokenKind.String or JinjaTokenKind.Integer or JinjaTokenKind.Float => true,
        _ => _tokens.Current.IsOperator("[") || _tokens.Current.IsOperator("{"),
    };

    private string ParseDottedName()
    {
        const int MostParts = 16;
        var parts = new List<string> { _tokens.Expect(JinjaTokenKind.Name).Text };
        while (_tokens.SkipOperator("."))
        {
            if (parts.Count == MostParts)
                throw _tokens.Error($"the name of a filter or test has more than {MostParts} parts.");
            parts.Add(_tokens.Expect(JinjaTokenKind.Name).Text);
        }

        return string.Join('.', parts);
    }

    private bool EndsTuple() =>
        _tokens.Current.Kind is JinjaTokenKind.VariableEnd or JinjaTokenKind.BlockEnd || _tokens.Current.IsOperator(")");
}
