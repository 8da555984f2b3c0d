namespace Microsoft.ML.Alignment.Tests.Tokenization;

public class JinjaLanguageTests
{
    private static readonly Dictionary<string, string> NoTokens = [];

    // What jinja2 3.1 writes, with transformers' filter tojson.
    public static readonly TheoryData<string, string> Pieces = new()
    {
        { "{{ {'a': [1, 'é😀']}|tojson(separators=(',', ':')) }} {{ ['é😀']|tojson(ensure_ascii=true) }} {{ [1, 2]|tojson(indent=1, separators=(';', '=')) }}", "{\"a\":[1,\"é😀\"]} [\"\\u00e9\\ud83d\\ude00\"] [\n 1;\n 2\n]" },
        { "{{ 'abcabc'.find('a', 1) }} {{ 'abcabc'.rfind('a', 0, 3) }} {{ 'abc'.startswith('b', 1) }} {{ 'abc'.endswith('b', 0, 2) }} {{ 'abcabc'.count('a', 1) }} {{ 'abc'.find('c', -1) }} {{ 'abc'.find('a', 1) }}", "3 0 True True 1 2 -1" },
        { "{{ \"it's a-b (cd <ef o'neil\"|title }} {{ \"it's\".title() }}", "It's A-B (Cd <Ef O'neil It'S" },
        { "{{ 7|round }} {{ 7|round(1) }} {{ 2.675|round(2) }} {{ 0.125|round(2) }} {{ 2.5|round }} {{ 7|round(0, 'ceil') }} {{ 1234.5|round(-2) }}", "7 7 2.67 0.12 2.0 7.0 1200.0" },
        { "{{ '0x1f'|int(base=16) }} {{ 'ff'|int(0, 16) }} {{ 'zz'|int(3, 16) }} {{ '-101'|int(base=2) }} {{ '17'|int(base=8) }}", "31 255 3 -5 15" },
        { "{{ '%.3s|%.1s|%s' % ('abcdef', '😀x', 'q') }} {{ dict([('a', 1), ('b', 2)]) }} {{ dict([('a', 1)], b=3) }}", "abc|😀|q {'a': 1, 'b': 2} {'a': 1, 'b': 3}" },
        { "{{ 'straße ﬁx'.upper() }} {{ 'ΟΔΟΣ ΣΑΣ. Σ'.lower() }} {{ 'ß'.capitalize() }} {{ 'İ'.lower()|length }} {{ 'straße'|upper }}", "STRASSE FIX οδος σας. σ Ss 2 STRASSE" },
        { "{{ '7'.zfill(3) }} {{ '-7'.zfill(4) }} [{{ 'ab'.center(5) }}] [{{ 'abc'.center(6, '*') }}] [{{ 'ab'|center(7) }}] [{{ 'a'.ljust(3) }}{{ 'a'.rjust(3, '.') }}]", "007 -007 [  ab ] [*abc**] [   ab  ] [a  ..a]" },
        { "{% set j = joiner('|') %}{% for x in [1, 2, 3] %}{{ j() }}{{ x }}{% endfor %} {% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.next() }}", "1|2|3 abaa" },
        { "{% for x in [1, 1, 2, 2, 1] %}{% if loop.changed(x) %}{{ x }}{% endif %}{% endfor %}", "121" },
    };

    [Theory]
    [MemberData(nameof(Pieces))]
    public void TextEqualsThatOfJinja2(string source, string expected) => ChatTemplate.Parse(source, NoTokens).Render([], false).Should().Be(expected);

    [Theory]
    [InlineData("{% macro f() %}{{ varargs }}{% endmacro %}{{ f() }}", "*'varargs' is not supported*")]
    [InlineData("{{ 99999999999999999999 }}", "*64 bits*")]
    [InlineData("{{ 'z'|int(base=36) }}", "*base 36 is not supported*")]
    [InlineData("{{ '\u1FB3'.upper() }}{{ '\u1F50'.upper() }}", "*upper case of*not supported*")]
    [InlineData("{{ [1]|tojson(separators=[1]) }}", "*separators must be two strings*")]
    [InlineData("{{ dict([1]) }}", "*not iterable*")]
    public void WhatIsNotHereIsRefusedByName(string source, string message) =>
        FluentActions.Invoking(() => ChatTemplate.Parse(source, NoTokens).Render([], false)).Should().Throw<ChatTemplateException>().WithMessage(message);
}
