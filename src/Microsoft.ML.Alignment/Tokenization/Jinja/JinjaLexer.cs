using System.Text.RegularExpressions;

namespace Microsoft.ML.Alignment.Tokenization.Jinja;

/// <summary>
/// Cuts a template into tokens, with <c>trim_blocks</c> and <c>lstrip_blocks</c> on, as transformers renders chat templates.
/// </summary>
internal sealed partial class JinjaLexer
{
    private readonly string _source;
    private readonly List<JinjaToken> _tokens = [];
    private int _position;
    private int _line = 1;
    private bool _isAtLineStart = true;

    private JinjaLexer(string source)
    {
        _source = source;
    }

    /// <summary>Cuts a template into tokens; the last is <see cref="JinjaTokenKind.End"/>.</summary>
    /// <exception cref="ChatTemplateException">A tag, comment or string does not end, or a character has no meaning.</exception>
    public static List<JinjaToken> Read(string template)
    {
        var source = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (source.Length > JinjaLimits.Characters)
        {
            throw new ChatTemplateException(
                $"the template has {source.Length} characters; at most {JinjaLimits.Characters} are allowed.", 1);
        }

        var lexer = new JinjaLexer(source.EndsWith('\n') ? source[..^1] : source);
        while (lexer._position < lexer._source.Length)
            lexer.ReadDataAndTag();
        lexer.Add(JinjaTokenKind.End, "");
        return lexer._tokens;
    }

    private void ReadDataAndTag()
    {
        var open = FindTag(_position);
        if (open < 0)
        {
            AddData(_source[_position..]);
            _position = _source.Length;
            return;
        }

        var kind = _source[open + 1];
        var sign = open + 2 < _source.Length ? _source[open + 2] : '\0';
        AddData(TrimBefore(_source[_position..open], kind, sign));
        AdvanceTo(open + (sign is '-' or '+' ? 3 : 2));
        switch (kind)
        {
            case '#':
                ReadComment();
                break;
            case '%' when RawBegin().Match(_source, _position) is { Success: true } raw:
                ReadRaw(raw);
                break;
            default:
                ReadTag(isBlock: kind == '%');
                break;
        }
    }

    private int FindTag(int from)
    {
        for (var at = _source.IndexOf('{', from); at >= 0 && at + 1 < _source.Length; at = _source.IndexOf('{', at + 1))
        {
            if (_source[at + 1] is '{' or '%' or '#')
                return at;
        }

        return -1;
    }

    // lstrip_blocks: blanks between the beginning of a line and a block or comment are not written; '{%-' removes all white space,
    // '{%+' none.
    private string TrimBefore(string data, char kind, char sign)
    {
        if (sign == '-')
            return data.TrimEnd();
        if (sign == '+' || kind == '{')
            return data;
        var lineStart = data.LastIndexOf('\n') + 1;
        return (lineStart > 0 || _isAtLineStart) && string.IsNullOrWhiteSpace(data[lineStart..]) ? data[..lineStart] : data;
    }

    private void ReadComment()
    {
        var end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
            throw Error("this comment does not end with '#}'.");
        AdvanceTo(end);
        EndTag(end > 0 ? _source[end - 1] : '\0');
    }

    private void ReadRaw(Match begin)
    {
        AdvanceTo(begin.Index + begin.Length);
        var end = RawEnd().Match(_source, _position);
        if (!end.Success)
            throw Error("'raw' has no 'endraw'.");
        AddData(end.Groups["sign"].Value == "-" ? _source[_position..end.Index].TrimEnd() : _source[_position..end.Index]);
        AdvanceTo(end.Index + end.Length - 2);
        EndTag(_source[_position - 1]);
    }

    private void ReadTag(bool isBlock)
    {
        Add(isBlock ? JinjaTokenKind.BlockBegin : JinjaTokenKind.VariableBegin, isBlock ? "{%" : "{{");
        var brackets = new Stack<char>();
        var close = isBlock ? "%}" : "}}";
        while (true)
        {
            SkipSpaces();
            if (_position >= _source.Length)
                throw Error($"this tag does not end with '{close}'.");
            var sign = _source[_position] is '-' or '+' && IsAt(close, _position + 1) && (isBlock || _source[_position] == '-')
                ? _source[_position]
                : '\0';
            if (brackets.Count == 0 && (sign != '\0' || IsAt(close, _position)))
            {
                AdvanceTo(_position + (sign == '\0' ? 0 : 1));
                Add(isBlock ? JinjaTokenKind.BlockEnd : JinjaTokenKind.VariableEnd, close);
                EndTag(sign, trimsNewline: isBlock);
                return;
            }

            ReadToken(brackets);
        }
    }

    private void ReadToken(Stack<char> brackets)
    {
        var match = Token().Match(_source, _position);
        if (!match.Success)
            throw Error($"unexpected character '{_source[_position]}'.");
        if (match.Groups["name"].Success)
            Add(JinjaTokenKind.Name, match.Value);
        else if (match.Groups["float"].Success)
            Add(JinjaTokenKind.Float, match.Value.Replace("_", "", StringComparison.Ordinal));
        else if (match.Groups["integer"].Success)
            Add(JinjaTokenKind.Integer, match.Value.Replace("_", "", StringComparison.Ordinal));
        else if (match.Groups["string"].Success)
            Add(JinjaTokenKind.String, Unescape(match.Value));
        else
            AddOperator(match.Value, brackets);
        AdvanceTo(match.Index + match.Length);
    }

    private string Unescape(string literal) =>
        JinjaStrings.Unescape(literal[1..^1]) ?? throw Error("an escape in this string is no character.");

    private void AddOperator(string text, Stack<char> brackets)
    {
        if (text is "(" or "[" or "{")
            brackets.Push(text[0] switch { '(' => ')', '[' => ']', _ => '}' });
        else if (text is ")" or "]" or "}" && (!brackets.TryPop(out var expected) || expected != text[0]))
            throw Error($"unexpected '{text}'.");
        Add(JinjaTokenKind.Operator, text);
    }

    // trim_blocks: the newline behind a block or comment is not written; '-%}' removes all white space, '+%}' none.
    private void EndTag(char sign, bool trimsNewline = true)
    {
        AdvanceTo(_position + 2);
        var end = _position;
        while (sign == '-' && end < _source.Length && char.IsWhiteSpace(_source[end]))
            end++;
        if (sign is not ('-' or '+') && trimsNewline && end < _source.Length && _source[end] == '\n')
            end++;
        AdvanceTo(end);
        _isAtLineStart = _source[_position - 1] == '\n';
    }

    private void AddData(string data)
    {
        if (data.Length > 0)
            Add(JinjaTokenKind.Data, data);
    }

    private void SkipSpaces()
    {
        var end = _position;
        while (end < _source.Length && char.IsWhiteSpace(_source[end]))
            end++;
        AdvanceTo(end);
    }

    private void AdvanceTo(int position)
    {
        _line += _source.AsSpan(_position, position - _position).Count('\n');
        _position = position;
    }

    private bool IsAt(string text, int position) => string.CompareOrdinal(_source, position, text, 0, text.Length) == 0;

    private void Add(JinjaTokenKind kind, string text) => _tokens.Add(new JinjaToken(kind, text, _line));

    private ChatTemplateException Error(string problem) => new(problem, _line);

    [GeneratedRegex(@"\G\s*raw\s*(?:-%\}\s*|%\})")]
    private static partial Regex RawBegin();

    [GeneratedRegex(@"\{%(?<sign>[-+]?)\s*endraw\s*[-+]?%\}")]
    private static partial Regex RawEnd();

    [GeneratedRegex("""
        \G(?:(?<name>[\p{L}_][\p{L}\p{N}_]*)
        |(?<float>[0-9][0-9_]*(?:\.[0-9][0-9_]*(?:[eE][-+]?[0-9][0-9_]*)?|[eE][-+]?[0-9][0-9_]*))
        |(?<integer>0[xX][0-9a-fA-F_]*[0-9a-fA-F]|0[oO][0-7_]*[0-7]|0[bB][01_]*[01]|[0-9][0-9_]*)
        |(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
        |(?:==|!=|>=|<=|//|\*\*|[-+/*%~\[\](){}<>=.:|,]))
        """, RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();
}
