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
        { "{{ 'abc'.find('', 3) }} {{ 'abc'.find('', 4) }} {{ 'abc'.startswith('', 4) }} {{ 'abc'.count('', 4) }} {{ 'a😀bc😀b'.find('b', 3) }} {{ 'abcabc'.index('b', 2) }} {{ 'abcabc'.rindex('b') }} {{ 'abc'.startswith(('x', 'c'), 2) }}", "3 -1 False 0 5 4 4 True" },
        { "{{ 'a b  c '.split(maxsplit=1) }} {{ ' a b  c '.split(none, 1) }} {{ 'a,b,c'.split(sep=',', maxsplit=1) }} {{ ' a b  c  '.rsplit(maxsplit=1) }} {{ ' a '.split(maxsplit=0) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ ''.split() }} {{ ''.split(',') }}", "['a', 'b  c '] ['a', 'b  c '] ['a', 'b,c'] [' a b', 'c'] ['a '] ['a,b', 'c'] [] ['']" },
        { "{{ 'ǆ ß ﬀ'|title }} {{ 'ǆa ßb ﬀ foo_bar 3rd ŉx ᾳ'.title() }} {{ 'ﬁx'.capitalize() }} {{ 'ΣΣ'.capitalize() }} {{ 'აა'.title() }} {{ 'ᾴ ὖ ᾈ ı'.upper() }} {{ '𐐨a'.capitalize() }}", "Ǆ SS FF ǅa Ssb Ff Foo_Bar 3Rd ʼNx ᾼ Fix Σς აა ΆΙ Υ̓͂ ἈΙ I 𐐀a" },
        { "{{ 7|round(-1) }} {{ 25|round(-1) }} {{ true|round }} {{ -2.5|round }} {{ 42.55|round(1, 'floor') }} {{ 1e22|round(2) }}", "10 20 1 -2.0 42.5 1e+22" },
        { "{{ '+ff'|int(base=16) }} {{ '1_0'|int(base=2) }} {{ '0xFF'|int }} {{ '12.7'|int }} {{ '1__0'|int(4, 16) }} {{ '0b1'|int(base=16) }} {{ 'z'|int(base=36) }} {{ '0x10'|int(base=0) }} {{ '٣'|int }} {{ 'inf'|int(5) }} {{ '1_0.5'|float }} {{ 'inf'|float }} {{ 'x'|float(2) }}", "255 2 0 12 4 177 35 16 3 5 10.5 inf 2" },
        { "{{ 0x1f }} {{ 0b11 }} {{ 0o17 }} {{ 1_000 }} {{ 0x_f }} {{ '\\101\\x41' }}", "31 3 15 1000 15 AA" },
        { "{{ '²'.isdigit() }} {{ '½'.isdigit() }} {{ '½'.isalnum() }} {{ '𐐀'.isalpha() }} {{ 'Ⅷ'.isupper() }} {{ 'ª1'.islower() }} {{ '12'.isupper() }}", "True False True True True True False" },
        { "{{ 'a\\x0bb\\x1cc\\u2028d\\x85e\\nf'.splitlines() }}", "['a', 'b', 'c', 'd', 'e', 'f']" },
        { "{% set x = {'a': 1} %}{{ x.keys() }} {{ x.values() }} {{ x.items() }} {{ x.items()|list }} {{ x.keys()|length }} {{ x.keys()[0] }}{{ 'a' in x.keys() }}", "dict_keys(['a']) dict_values([1]) dict_items([('a', 1)]) [('a', 1)] 1 True" },
    };

    [Theory]
    [MemberData(nameof(Pieces))]
    public void TextEqualsThatOfJinja2(string source, string expected) => ChatTemplate.Parse(source, NoTokens).Render([], false).Should().Be(expected);

    [Theory]
    [InlineData("{% macro f() %}{{ varargs }}{% endmacro %}{{ f() }}", "*'varargs' is not supported*")]
    [InlineData("{{ 99999999999999999999 }}", "*64 bits*")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "*64 bits*")]
    [InlineData("{{ '99999999999999999999'|int }}", "*64 bits*")]
    [InlineData("{{ 1e25|int }}", "*64 bits*")]
    [InlineData("{% macro f(a) %}{% endmacro %}{{ f(1, b=2) }}", "*takes no keyword argument 'b'*")]
    [InlineData("{% macro f(a) %}{% endmacro %}{{ f.name }}", "*'name' of a macro is not supported*")]
    [InlineData("{{ '%5s' % 'a' }}", "*'%5' is not supported*")]
    [InlineData("{{ [1]|tojson(indent='-') }}", "*'indent' must be a whole number*")]
    [InlineData("{{ '\\N{BULLET}' }}", "*an escape in this string*")]
    [InlineData("{{ [1]|tojson(separators=[1]) }}", "*separators must be two strings*")]
    [InlineData("{{ dict([1]) }}", "*not iterable*")]
    public void WhatIsNotHereIsRefusedByName(string source, string message) =>
        FluentActions.Invoking(() => ChatTemplate.Parse(source, NoTokens).Render([], false)).Should().Throw<ChatTemplateException>().WithMessage(message);
}
