namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>An expression.</summary>
internal abstract record JinjaExpression;

/// <summary>A string, number, boolean or none.</summary>
internal sealed record LiteralNode(object? Value) : JinjaExpression;

/// <summary>A variable.</summary>
internal sealed record NameNode(string Name) : JinjaExpression;

/// <summary><c>[a, b]</c></summary>
internal sealed record ListNode(IReadOnlyList<JinjaExpression> Items) : JinjaExpression;

/// <summary><c>(a, b)</c></summary>
internal sealed record TupleNode(IReadOnlyList<JinjaExpression> Items) : JinjaExpression;

/// <summary><c>{k: v}</c></summary>
internal sealed record DictionaryNode(IReadOnlyList<(JinjaExpression Key, JinjaExpression Value)> Items) : JinjaExpression;

/// <summary><c>a.name</c></summary>
internal sealed record AttributeNode(JinjaExpression Target, string Name) : JinjaExpression;

/// <summary><c>a[key]</c></summary>
internal sealed record ItemNode(JinjaExpression Target, JinjaExpression Key) : JinjaExpression;

/// <summary><c>a[start:stop:step]</c></summary>
internal sealed record SliceNode(JinjaExpression Target, JinjaExpression? Start, JinjaExpression? Stop, JinjaExpression? Step)
    : JinjaExpression;

/// <summary>The arguments of a call.</summary>
internal sealed record ArgumentNodes(IReadOnlyList<JinjaExpression> Positional, IReadOnlyList<(string Name, JinjaExpression Value)> Named)
{
    /// <summary>None.</summary>
    public static readonly ArgumentNodes Empty = new([], []);
}

/// <summary><c>f(a)</c></summary>
internal sealed record CallNode(JinjaExpression Function, ArgumentNodes Arguments) : JinjaExpression;

/// <summary><c>a|filter</c>; without a target where the filter applies to a block.</summary>
internal sealed record FilterNode(JinjaExpression? Target, string Name, ArgumentNodes Arguments) : JinjaExpression;

/// <summary><c>a is test</c></summary>
internal sealed record TestNode(JinjaExpression Target, string Name, ArgumentNodes Arguments) : JinjaExpression;

/// <summary><c>not a</c>, <c>-a</c>, <c>+a</c></summary>
internal sealed record UnaryNode(string Operator, JinjaExpression Operand) : JinjaExpression;

/// <summary><c>a + b</c> and the other operators that compute; <c>and</c> and <c>or</c>.</summary>
internal sealed record BinaryNode(string Operator, JinjaExpression Left, JinjaExpression Right) : JinjaExpression;

/// <summary><c>a &lt; b &lt;= c</c></summary>
internal sealed record CompareNode(JinjaExpression First, IReadOnlyList<(string Operator, JinjaExpression Operand)> Rest) : JinjaExpression;

/// <summary><c>a if test else b</c></summary>
internal sealed record ConditionalNode(JinjaExpression Test, JinjaExpression Then, JinjaExpression? Else) : JinjaExpression;

/// <summary>A statement.</summary>
/// <param name="Line">Its line.</param>
internal abstract record JinjaStatement(int Line);

/// <summary>Text, written as it stands.</summary>
internal sealed record TextStatement(int Line, string Text) : JinjaStatement(Line);

/// <summary><c>{{ value }}</c></summary>
internal sealed record OutputStatement(int Line, JinjaExpression Value) : JinjaStatement(Line);

/// <summary><c>if</c>, <c>elif</c>, <c>else</c>: the first branch whose test holds; a branch without a test always does.</summary>
internal sealed record IfStatement(int Line, IReadOnlyList<(JinjaExpression? Test, IReadOnlyList<JinjaStatement> Body)> Branches)
    : JinjaStatement(Line);

/// <summary><c>for target in items if test recursive</c></summary>
internal sealed record ForStatement(int Line, JinjaExpression Target, JinjaExpression Items) : JinjaStatement(Line)
{
    /// <summary>Which items are used.</summary>
    public JinjaExpression? Test { get; init; }
    /// <summary>Whether <c>loop(items)</c> runs it again.</summary>
    public bool IsRecursive { get; init; }
    /// <summary>What is run for every item.</summary>
    public required IReadOnlyList<JinjaStatement> Body { get; init; }
    /// <summary>What is run where there is no item.</summary>
    public required IReadOnlyList<JinjaStatement> Else { get; init; }
}

/// <summary><c>set target = value</c></summary>
internal sealed record SetStatement(int Line, JinjaExpression Target, JinjaExpression Value) : JinjaStatement(Line);

/// <summary><c>set target</c> … <c>endset</c></summary>
internal sealed record SetBlockStatement(int Line, JinjaExpression Target, FilterNode? Filter, IReadOnlyList<JinjaStatement> Body)
    : JinjaStatement(Line);

/// <summary><c>with a = b</c>; a block with variables of its own.</summary>
internal sealed record WithStatement(
    int Line, IReadOnlyList<(JinjaExpression Target, JinjaExpression Value)> Variables, IReadOnlyList<JinjaStatement> Body)
    : JinjaStatement(Line);

/// <summary><c>generation</c> … <c>endgeneration</c>: what the model writes.</summary>
internal sealed record GenerationStatement(int Line, IReadOnlyList<JinjaStatement> Body) : JinjaStatement(Line);

/// <summary><c>filter name</c></summary>
internal sealed record FilterStatement(int Line, FilterNode Filter, IReadOnlyList<JinjaStatement> Body) : JinjaStatement(Line);

/// <summary><c>macro name(parameters)</c></summary>
internal sealed record MacroStatement(
    int Line, string Name, IReadOnlyList<(string Name, JinjaExpression? Default)> Parameters, IReadOnlyList<JinjaStatement> Body)
    : JinjaStatement(Line);

/// <summary><c>call(parameters) function(arguments)</c>: the body is the function's <c>caller</c>.</summary>
internal sealed record CallStatement(int Line, CallNode Call, MacroStatement Caller) : JinjaStatement(Line);

/// <summary><c>break</c> or <c>continue</c></summary>
internal sealed record JumpStatement(int Line, bool IsBreak) : JinjaStatement(Line);
