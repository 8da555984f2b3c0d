namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Runs the statements of a template once.</summary>
internal sealed class JinjaInterpreter
{
    private readonly JinjaEvaluator _evaluator = new();
    private MarkedText.Builder _output = new();
    private int _line = 1;
    private int _depth;
    private int _captures;
    private readonly List<(int Start, int End)> _generated = [];

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    /// <summary>Renders a template.</summary>
    /// <param name="template">Its statements.</param>
    /// <param name="variables">The variables that it sees.</param>
    /// <exception cref="ChatTemplateException">It refuses, fails, or does not stay within the limits.</exception>
    public static MarkedText Render(IReadOnlyList<JinjaStatement> template, IEnumerable<KeyValuePair<string, object?>> variables) =>
        Render(template, variables, out _);

    /// <summary>Renders a template.</summary>
    /// <param name="template">Its statements.</param>
    /// <param name="variables">The variables that it sees.</param>
    /// <param name="generated">Where what <c>generation</c> blocks wrote begins and ends, in order.</param>
    /// <exception cref="ChatTemplateException">It refuses, fails, or does not stay within the limits.</exception>
    public static MarkedText Render(
        IReadOnlyList<JinjaStatement> template, IEnumerable<KeyValuePair<string, object?>> variables,
        out IReadOnlyList<(int Start, int End)> generated)
    {
        var interpreter = new JinjaInterpreter();
        generated = interpreter._generated;
        var scope = new JinjaScope(null);
        foreach (var (name, value) in variables)
            scope[name] = value;
        try
        {
            return JinjaBudget.Run(() =>
            {
                interpreter.Run(template, new JinjaScope(scope));
                return interpreter._output.ToMarkedText();
            });
        }
        catch (JinjaFailure failure)
        {
            throw failure.IsRaisedByTemplate
                ? new ChatTemplateException(failure.Message, interpreter._line, isRaisedByTemplate: true)
                : new ChatTemplateException(failure.Message, interpreter._line);
        }
    }

    private Flow Run(IReadOnlyList<JinjaStatement> statements, JinjaScope scope)
    {
        if (++_depth > JinjaLimits.Depth)
            throw new JinjaFailure($"blocks and macros are nested more than {JinjaLimits.Depth} deep.");
        var flow = Flow.Next;
        for (var i = 0; i < statements.Count && flow == Flow.Next; i++)
        {
            _evaluator.Step();
            _line = statements[i].Line;
            flow = Run(statements[i], scope);
        }

        _depth--;
        return flow;
    }

    private Flow Run(JinjaStatement statement, JinjaScope scope)
    {
        switch (statement)
        {
            case TextStatement text:
                Write(MarkedText.Trusted(text.Text));
                return Flow.Next;
            case OutputStatement output:
                Write(JinjaText.Of(_evaluator.Evaluate(output.Value, scope)));
                return Flow.Next;
            case IfStatement branches:
                return RunIf(branches, scope);
            case ForStatement loop:
                RunFor(loop, _evaluator.Evaluate(loop.Items, scope), scope, depth: 0);
                return Flow.Next;
            case WithStatement with:
                return RunWith(with, scope);
            case GenerationStatement generation:
                return RunGeneration(generation, scope);
            case JumpStatement jump:
                return jump.IsBreak ? Flow.Break : Flow.Continue;
            default:
                RunDefinition(statement, scope);
                return Flow.Next;
        }
    }

    private void RunDefinition(JinjaStatement statement, JinjaScope scope)
    {
        switch (statement)
        {
            case SetStatement set:
                Assign(set.Target, _evaluator.Evaluate(set.Value, scope), scope);
                break;
            case SetBlockStatement set:
                var block = Capture(set.Body, new JinjaScope(scope));
                Assign(set.Target, set.Filter is null ? block : _evaluator.Filter(set.Filter, scope, block), scope);
                break;
            case FilterStatement filter:
                Write(JinjaText.Of(_evaluator.Filter(filter.Filter, scope, Capture(filter.Body, new JinjaScope(scope)))));
                break;
            case MacroStatement macro:
                scope[macro.Name] = Macro(macro, scope);
                break;
            case CallStatement call:
                Write(JinjaText.Of(_evaluator.Call(call.Call, scope, Macro(call.Caller, scope))));
                break;
            default:
                throw new InvalidOperationException($"Unknown statement {statement.GetType().Name}.");
        }
    }

    private Flow RunIf(IfStatement statement, JinjaScope scope)
    {
        foreach (var (test, body) in statement.Branches)
        {
            if (test is null || JinjaOperators.IsTrue(_evaluator.Evaluate(test, scope)))
                return Run(body, scope);
        }

        return Flow.Next;
    }

    private void RunFor(ForStatement statement, object? values, JinjaScope scope, int depth)
    {
        var items = JinjaSequences.Iterate(values);
        if (statement.Test is not null)
            items = [.. items.Where(item => Passes(statement, item, scope))];
        var changed = Changed();
        for (var i = 0; i < items.Count; i++)
        {
            _evaluator.Step();
            var inner = new JinjaScope(scope);
            Assign(statement.Target, items[i], inner);
            inner["loop"] = Loop(statement, (items, i, changed), scope, depth);
            if (Run(statement.Body, inner) == Flow.Break)
                break;
        }

        if (items.Count == 0)
            Run(statement.Else, new JinjaScope(scope));
    }

    private bool Passes(ForStatement statement, object? item, JinjaScope scope)
    {
        var inner = new JinjaScope(scope);
        Assign(statement.Target, item, inner);
        return JinjaOperators.IsTrue(_evaluator.Evaluate(statement.Test!, inner));
    }

    private JinjaLoop Loop(
        ForStatement statement, (IReadOnlyList<object?> Items, int Index, JinjaFunction Changed) at, JinjaScope scope, int depth)
    {
        var (items, index, changed) = at;
        var again = statement.IsRecursive
            ? new JinjaFunction("loop", arguments =>
                CaptureAction(() => RunFor(statement, arguments.Require(0, "items"), scope, depth + 1)))
            : null;
        return new JinjaLoop(Attribute, again);

        object? Attribute(string name) => name switch
        {
            "index" => index + 1L,
            "index0" => (long)index,
            "revindex" => (long)(items.Count - index),
            "revindex0" => items.Count - index - 1L,
            "first" => index == 0,
            "last" => index == items.Count - 1,
            "length" => (long)items.Count,
            "changed" => changed,
            "depth" => depth + 1L,
            "depth0" => (long)depth,
            "previtem" => index > 0 ? items[index - 1] : new JinjaUndefined("there is no previous item"),
            "nextitem" => index + 1 < items.Count ? items[index + 1] : new JinjaUndefined("there is no next item"),
            "cycle" => new JinjaFunction("cycle", arguments => arguments.Positional.Count > 0
                ? arguments.Positional[index % arguments.Positional.Count]
                : throw new JinjaFailure("no items for cycling given.")),
            _ => new JinjaUndefined($"'loop' has no attribute '{name}' that is supported"),
        };
    }

    private static JinjaFunction Changed()
    {
        JinjaTuple? last = null;
        return new JinjaFunction("changed", arguments =>
        {
            var now = new JinjaTuple(arguments.Positional);
            var isChanged = last is null || !JinjaOperators.AreEqual(last, now);
            last = now;
            return isChanged;
        });
    }

    private Flow RunWith(WithStatement statement, JinjaScope scope)
    {
        var inner = new JinjaScope(scope);
        foreach (var (target, value) in statement.Variables)
            Assign(target, _evaluator.Evaluate(value, scope), inner);
        return Run(statement.Body, inner);
    }

    // What a block writes into a variable has no place in the result yet.
    private Flow RunGeneration(GenerationStatement statement, JinjaScope scope)
    {
        var start = _output.Length;
        var flow = Run(statement.Body, new JinjaScope(scope));
        if (_captures == 0 && _output.Length > start)
            _generated.Add((start, _output.Length));
        return flow;
    }

    private JinjaFunction Macro(MacroStatement macro, JinjaScope scope) => new(macro.Name, arguments =>
    {
        var inner = new JinjaScope(scope);
        if (arguments.Positional.Count > macro.Parameters.Count)
            throw new JinjaFailure($"macro '{macro.Name}' takes not more than {macro.Parameters.Count} argument(s).");
        var known = macro.Parameters.Select(parameter => parameter.Name).Append("caller");
        if (arguments.Named.Keys.Except(known).FirstOrDefault() is { } unknown)
            throw new JinjaFailure($"macro '{macro.Name}' takes no keyword argument '{unknown}'.");
        inner["caller"] = arguments.Named.GetValueOrDefault("caller", new JinjaUndefined("'caller' is undefined"));
        for (var i = 0; i < macro.Parameters.Count; i++)
        {
            var (name, otherwise) = macro.Parameters[i];
            inner[name] = arguments.Has(i, name) ? arguments.Get(i, name)
                : otherwise is null ? new JinjaUndefined($"parameter '{name}' was not provided") : _evaluator.Evaluate(otherwise, inner);
        }

        var line = _line;
        var result = Capture(macro.Body, inner);
        _line = line;
        return result;
    });

    private MarkedText Capture(IReadOnlyList<JinjaStatement> body, JinjaScope scope) => CaptureAction(() => Run(body, scope));

    private MarkedText CaptureAction(Action run)
    {
        var outer = _output;
        _output = new MarkedText.Builder();
        _captures++;
        run();
        _captures--;
        var captured = _output.ToMarkedText();
        _output = outer;
        return captured;
    }

    private void Write(MarkedText text)
    {
        JinjaLimits.CheckCharacters((long)_output.Length + text.Length);
        JinjaBudget.ChargeCharacters(text.Length);
        _output.Append(text);
    }

    private void Assign(JinjaExpression target, object? value, JinjaScope scope)
    {
        switch (target)
        {
            case NameNode name:
                scope[name.Name] = value;
                break;
            case AttributeNode { Target: NameNode owner } attribute:
                if (_evaluator.Evaluate(owner, scope) is not JinjaNamespace names)
                    throw new JinjaFailure($"'{owner.Name}.{attribute.Name}' cannot be set: '{owner.Name}' is not a namespace.");
                names[attribute.Name] = value;
                break;
            case TupleNode tuple:
                var items = JinjaSequences.Iterate(value);
                if (items.Count != tuple.Items.Count)
                    throw new JinjaFailure($"{items.Count} values cannot be assigned to {tuple.Items.Count} names.");
                for (var i = 0; i < items.Count; i++)
                    Assign(tuple.Items[i], items[i], scope);
                break;
            default:
                throw new InvalidOperationException($"Unknown target {target.GetType().Name}.");
        }
    }
}
