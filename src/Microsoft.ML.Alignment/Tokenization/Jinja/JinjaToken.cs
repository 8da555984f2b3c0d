namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>What a piece of a template is.</summary>
internal enum JinjaTokenKind
{
    /// <summary>Text that is written as it stands.</summary>
    Data,
    /// <summary><c>{%</c></summary>
    BlockBegin,
    /// <summary><c>%}</c></summary>
    BlockEnd,
    /// <summary><c>{{</c></summary>
    VariableBegin,
    /// <summary><c>}}</c></summary>
    VariableEnd,
    /// <summary>A name or keyword.</summary>
    Name,
    /// <summary>A whole number.</summary>
    Integer,
    /// <summary>A number with a fraction or an exponent.</summary>
    Float,
    /// <summary>A string, already unescaped.</summary>
    String,
    /// <summary>An operator or bracket.</summary>
    Operator,
    /// <summary>The end of the template.</summary>
    End,
}

/// <summary>A piece of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text.</param>
/// <param name="Line">Its line, counted from 1.</param>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Text, int Line)
{
    /// <summary>Whether it is this name.</summary>
    public bool IsName(string name) => Kind == JinjaTokenKind.Name && Text == name;

    /// <summary>Whether it is this operator.</summary>
    public bool IsOperator(string text) => Kind == JinjaTokenKind.Operator && Text == text;

    /// <summary>How errors call it.</summary>
    public string Description => Kind switch
    {
        JinjaTokenKind.Data => "text",
        JinjaTokenKind.BlockBegin or JinjaTokenKind.VariableBegin => $"begin of a block '{Text}'",
        JinjaTokenKind.BlockEnd or JinjaTokenKind.VariableEnd => $"end of a block '{Text}'",
        JinjaTokenKind.End => "end of the template",
        _ => $"'{Text}'",
    };
}
