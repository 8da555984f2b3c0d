using System.Runtime.CompilerServices;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>Computes expressions.</summary>
internal sealed class JinjaEvaluator
{
    private int _steps;

    /// <summary>Counts a step and checks that the rendering stays within its limits.</summary>
    public void Step()
    {
        if (++_steps > JinjaLimits.Steps)
            throw new JinjaFailure($"rendering took more than {JinjaLimits.Steps} steps.");
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new JinjaFailure("it is nested too deep.");
    }

    /// <summary>The value of an expression.</summary>
    public object? Evaluate(JinjaExpression expression, JinjaScope scope)
    {
        Step();
        return Compute(expression, scope);
    }

    /// <summary>Calls a function, with the body of a <c>call</c> block if there is one.</summary>
    public object? Call(CallNode call, JinjaScope scope, JinjaFunction? caller)
    {
        var function = Evaluate(call.Function, scope);
        if (function is JinjaLoop { Again: { } again })
            function = again;
        if (function is not JinjaFunction known)
            throw JinjaOperators.Unless(function, null, $"'{JinjaOperators.TypeName(function)}' object is not callable.");
        var arguments = Arguments(known.Name, call.Arguments, scope);
        if (caller is not null)
        {
            var named = new Dictionary<string, object?>(arguments.Named) { ["caller"] = caller };
            arguments = new JinjaArguments(known.Name, arguments.Positional, named);
        }

        return known.Call(arguments);
    }

    /// <summary>Applies a filter; where it has no target, to the text of a block.</summary>
    public object? Filter(FilterNode filter, JinjaScope scope, MarkedText? block)
    {
        Step();
        var value = filter.Target switch
        {
            null => block,
            FilterNode inner => Filter(inner, scope, block),
            var target => Evaluate(target, scope),
        };
        return JinjaFilters.Apply(filter.Name, value, Arguments(filter.Name, filter.Arguments, scope));
    }

    private object? Compute(JinjaExpression expression, JinjaScope scope) => expression switch
    {
        LiteralNode literal => literal.Value,
        NameNode name => Variable(name.Name, scope),
        AttributeNode attribute => JinjaSequences.Attribute(Evaluate(attribute.Target, scope), attribute.Name),
        ItemNode item => JinjaSequences.Item(Evaluate(item.Target, scope), Evaluate(item.Key, scope)),
        SliceNode slice => JinjaSequences.Slice(
            Evaluate(slice.Target, scope), Optional(slice.Start, scope), Optional(slice.Stop, scope), Optional(slice.Step, scope)),
        CallNode call => Call(call, scope, caller: null),
        FilterNode filter => Filter(filter, scope, block: null),
        TestNode test => JinjaTests.Holds(test.Name, Evaluate(test.Target, scope), Arguments(test.Name, test.Arguments, scope)),
        UnaryNode unary => Unary(unary.Operator, Evaluate(unary.Operand, scope)),
        BinaryNode binary => Binary(binary, scope),
        CompareNode compare => Compare(compare, scope),
        ConditionalNode conditional => Conditional(conditional, scope),
        ListNode list => Items(list.Items, scope),
        TupleNode tuple => new JinjaTuple(Items(tuple.Items, scope)),
        DictionaryNode dictionary => Dictionary(dictionary, scope),
        _ => throw new InvalidOperationException($"Unknown expression {expression.GetType().Name}."),
    };

    private static object? Variable(string name, JinjaScope scope)
    {
        if (scope.TryGet(name, out var value))
            return value;
        if (name is "varargs" or "kwargs")
            throw new JinjaFailure($"'{name}' is not supported; the parameters of a macro must have names.");
        return JinjaGlobals.Functions.TryGetValue(name, out var function) ? function : new JinjaUndefined($"'{name}' is undefined");
    }

    private static object? Unary(string symbol, object? value) => symbol switch
    {
        "not" => !JinjaOperators.IsTrue(value),
        "-" => JinjaOperators.Compute("-", value is double ? (object)-0.0 : 0L, value),
        _ => JinjaOperators.Compute("+", 0L, value),
    };

    private object? Binary(BinaryNode node, JinjaScope scope)
    {
        var left = Evaluate(node.Left, scope);
        return node.Operator switch
        {
            "and" => JinjaOperators.IsTrue(left) ? Evaluate(node.Right, scope) : left,
            "or" => JinjaOperators.IsTrue(left) ? left : Evaluate(node.Right, scope),
            _ => JinjaOperators.Compute(node.Operator, left, Evaluate(node.Right, scope)),
        };
    }

    private bool Compare(CompareNode node, JinjaScope scope)
    {
        var left = Evaluate(node.First, scope);
        foreach (var (symbol, operand) in node.Rest)
        {
            var right = Evaluate(operand, scope);
            var holds = symbol switch
            {
                "==" => JinjaOperators.AreEqual(left, right),
                "!=" => !JinjaOperators.AreEqual(left, right),
                "in" => JinjaOperators.Contains(right, left),
                "not in" => !JinjaOperators.Contains(right, left),
                "<" => JinjaOperators.Compare(left, right, symbol) < 0,
                "<=" => JinjaOperators.Compare(left, right, symbol) <= 0,
                ">" => JinjaOperators.Compare(left, right, symbol) > 0,
                _ => JinjaOperators.Compare(left, right, symbol) >= 0,
            };
            if (!holds)
                return false;
            left = right;
        }

        return true;
    }

    private object? Conditional(ConditionalNode node, JinjaScope scope)
    {
        if (JinjaOperators.IsTrue(Evaluate(node.Test, scope)))
            return Evaluate(node.Then, scope);
        return node.Else is null
            ? new JinjaUndefined("the inline if-expression evaluated to false and no else section was defined.")
            : Evaluate(node.Else, scope);
    }

    private List<object?> Items(IReadOnlyList<JinjaExpression> items, JinjaScope scope)
    {
        JinjaBudget.ChargeItems(items.Count);
        return [.. items.Select(item => Evaluate(item, scope))];
    }

    private JinjaDictionary Dictionary(DictionaryNode node, JinjaScope scope)
    {
        JinjaBudget.ChargeItems(2L * node.Items.Count);
        var dictionary = new JinjaDictionary();
        foreach (var (key, value) in node.Items)
        {
            var name = Evaluate(key, scope) ?? throw new JinjaFailure("none as a key of a dictionary is not supported.");
            dictionary[name] = Evaluate(value, scope);
        }

        return dictionary;
    }

    private object? Optional(JinjaExpression? expression, JinjaScope scope) => expression is null ? null : Evaluate(expression, scope);

    private JinjaArguments Arguments(string function, ArgumentNodes nodes, JinjaScope scope) => new(
        function,
        Items(nodes.Positional, scope),
        nodes.Named.ToDictionary(argument => argument.Name, argument => Evaluate(argument.Value, scope)));
}
