namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Parses a template: its text and statements.</summary>
internal sealed class JinjaParser
{
    private const string Supported =
        "if, for, set, macro, call, filter, with, generation, raw, break, continue";

    private readonly JinjaTokenStream _tokens;
    private readonly JinjaExpressionParser _expressions;
    private readonly Stack<string> _open = [];

    private JinjaParser(string template)
    {
        _tokens = new JinjaTokenStream(JinjaLexer.Read(template));
        _expressions = new JinjaExpressionParser(_tokens);
    }

    /// <summary>Parses a template.</summary>
    /// <exception cref="ChatTemplateException">It is not Jinja, or uses what is not supported; the message names it and its
    /// line.</exception>
    public static IReadOnlyList<JinjaStatement> Parse(string template) => new JinjaParser(template).ParseUntil([]);

    // Reads up to one of the tags, whose begin and name are read too; the caller reads its end.
    private List<JinjaStatement> ParseUntil(string[] ends)
    {
        var body = new List<JinjaStatement>();
        while (_tokens.Current.Kind != JinjaTokenKind.End)
        {
            var token = _tokens.Next();
            switch (token.Kind)
            {
                case JinjaTokenKind.Data:
                    body.Add(new TextStatement(token.Line, token.Text));
                    break;
                case JinjaTokenKind.VariableBegin:
                    body.Add(new OutputStatement(token.Line, _expressions.ParseTuple()));
                    _tokens.Expect(JinjaTokenKind.VariableEnd);
                    break;
                default:
                    if (_tokens.Current.Kind == JinjaTokenKind.Name && ends.Contains(_tokens.Current.Text))
                        return body;
                    body.Add(_tokens.Nested(ParseStatement));
                    break;
            }
        }

        if (ends.Length == 0)
            return body;
        var expected = string.Join(" or ", ends.Select(end => $"'{end}'"));
        throw _tokens.Error($"the template ends within '{_open.Peek()}'; expected is {expected}.");
    }

    private JinjaStatement ParseStatement()
    {
        var tag = _tokens.Expect(JinjaTokenKind.Name);
        _open.Push(tag.Text);
        JinjaStatement statement = tag.Text switch
        {
            "if" => ParseIf(tag.Line),
            "for" => ParseFor(tag.Line),
            "set" => ParseSet(tag.Line),
            "macro" => ParseMacro(tag.Line),
            "call" => ParseCall(tag.Line),
            "filter" => ParseFilterBlock(tag.Line),
            "with" => ParseWith(tag.Line),
            "generation" => new GenerationStatement(tag.Line, ParseBody("endgeneration")),
            "break" or "continue" => ParseJump(tag),
            _ => throw new ChatTemplateException($"tag '{tag.Text}' is not supported here; supported are {Supported}.", tag.Line),
        };
        _open.Pop();
        return statement;
    }

    private IfStatement ParseIf(int line)
    {
        var branches = new List<(JinjaExpression?, IReadOnlyList<JinjaStatement>)>();
        JinjaExpression? test = _expressions.ParseTuple(withConditional: false);
        while (true)
        {
            _tokens.Expect(JinjaTokenKind.BlockEnd);
            var body = ParseUntil(test is null ? ["endif"] : ["elif", "else", "endif"]);
            branches.Add((test, body));
            var end = _tokens.Next().Text;
            if (end == "endif")
                break;
            test = end == "elif" ? _expressions.ParseTuple(withConditional: false) : null;
        }

        _tokens.Expect(JinjaTokenKind.BlockEnd);
        return new IfStatement(line, branches);
    }

    private ForStatement ParseFor(int line)
    {
        var target = _expressions.ParseTarget(allowsAttribute: false);
        _tokens.ExpectName("in");
        var items = _expressions.ParseTuple(withConditional: false);
        var test = _tokens.SkipName("if") ? _expressions.Parse() : null;
        var isRecursive = _tokens.SkipName("recursive");
        _tokens.Expect(JinjaTokenKind.BlockEnd);
        var body = ParseUntil(["else", "endfor"]);
        var otherwise = new List<JinjaStatement>();
        if (_tokens.Next().Text == "else")
            otherwise = ParseBody("endfor");
        else
            _tokens.Expect(JinjaTokenKind.BlockEnd);
        return new ForStatement(line, target, items) { Test = test, IsRecursive = isRecursive, Body = body, Else = otherwise };
    }

    private JinjaStatement ParseSet(int line)
    {
        var target = _expressions.ParseTarget(allowsAttribute: true);
        if (_tokens.SkipOperator("="))
        {
            var value = _expressions.ParseTuple();
            _tokens.Expect(JinjaTokenKind.BlockEnd);
            return new SetStatement(line, target, value);
        }

        var filter = (FilterNode?)_expressions.ParseFilters(null);
        return new SetBlockStatement(line, target, filter, ParseBody("endset"));
    }

    private MacroStatement ParseMacro(int line)
    {
        var name = _tokens.Expect(JinjaTokenKind.Name).Text;
        var parameters = ParseParameters();
        return new MacroStatement(line, name, parameters, ParseBody("endmacro"));
    }

    private CallStatement ParseCall(int line)
    {
        var parameters = _tokens.Current.IsOperator("(") ? ParseParameters() : [];
        if (_expressions.Parse() is not CallNode call)
            throw _tokens.Error("'call' needs a call.");
        return new CallStatement(line, call, new MacroStatement(line, "caller", parameters, ParseBody("endcall")));
    }

    private FilterStatement ParseFilterBlock(int line)
    {
        var filter = (FilterNode)_expressions.ParseFilters(_expressions.ParseFilter(null))!;
        return new FilterStatement(line, filter, ParseBody("endfilter"));
    }

    private WithStatement ParseWith(int line)
    {
        var variables = new List<(JinjaExpression, JinjaExpression)>();
        while (_tokens.Current.Kind != JinjaTokenKind.BlockEnd)
        {
            if (variables.Count > 0)
                _tokens.ExpectOperator(",");
            var target = _expressions.ParseTarget(allowsAttribute: false);
            _tokens.ExpectOperator("=");
            variables.Add((target, _expressions.Parse()));
        }

        return new WithStatement(line, variables, ParseBody("endwith"));
    }

    private JumpStatement ParseJump(JinjaToken tag)
    {
        if (!_open.Contains("for"))
            throw new ChatTemplateException($"'{tag.Text}' is not within a 'for'.", tag.Line);
        _tokens.Expect(JinjaTokenKind.BlockEnd);
        return new JumpStatement(tag.Line, tag.Text == "break");
    }

    private List<(string Name, JinjaExpression? Default)> ParseParameters()
    {
        var parameters = new List<(string, JinjaExpression?)>();
        _tokens.ExpectOperator("(");
        while (!_tokens.SkipOperator(")"))
        {
            if (parameters.Count > 0)
                _tokens.ExpectOperator(",");
            var name = _tokens.Expect(JinjaTokenKind.Name).Text;
            parameters.Add((name, _tokens.SkipOperator("=") ? _expressions.Parse() : null));
        }

        return parameters;
    }

    private List<JinjaStatement> ParseBody(string end)
    {
        _tokens.Expect(JinjaTokenKind.BlockEnd);
        var body = ParseUntil([end]);
        _tokens.Next();
        _tokens.Expect(JinjaTokenKind.BlockEnd);
        return body;
    }
}
