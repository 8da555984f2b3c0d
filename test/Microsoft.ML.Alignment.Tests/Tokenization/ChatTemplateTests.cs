using System.Text.Json;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Alignment.Tokenization.Jinja;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

public class ChatTemplateTests
{
    private static readonly Dictionary<string, string> NoTokens = [];

    public static readonly TheoryData<string> Models =
    [
        "smollm2", "qwen2_5", "qwen2_5_training", "qwen3", "qwen3_training", "llama3", "llama3_training", "llama3_1", "llama3_2",
        "gemma", "gemma_training", "gemma3", "phi3", "phi3_training", "cohere", "llava_next",
    ];

    [Theory]
    [MemberData(nameof(Models))]
    public void RenderingsEqualTheReference(string model)
    {
        using var document = JsonDocument.Parse(Golden.Text($"chat/{model}/expected.json"));
        var special = document.RootElement.GetProperty("special").EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetString()!);
        var template = ChatTemplate.Parse(Golden.Text($"chat/{model}/template.jinja"), special);
        foreach (var row in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var render = () => template.RenderValues(
                (List<object?>)JinjaJson.FromJson(row.GetProperty("messages"))!,
                JinjaJson.FromJson(row.GetProperty("tools")),
                row.GetProperty("add_generation_prompt").GetBoolean()).Text;
            Compare(row, render, row.GetProperty("case").GetString()!);
        }
    }

    [Theory]
    [InlineData("gemma_training")]
    [InlineData("llama3_training")]
    [InlineData("phi3_training")]
    [InlineData("qwen2_5_training")]
    [InlineData("qwen3_training")]
    public void GenerationSpansEqualTheReference(string model)
    {
        using var document = JsonDocument.Parse(Golden.Text($"chat/{model}/expected.json"));
        var special = document.RootElement.GetProperty("special").EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetString()!);
        var template = ChatTemplate.Parse(Golden.Text($"chat/{model}/template.jinja"), special);
        var rows = document.RootElement.GetProperty("cases").EnumerateArray().Where(row => row.TryGetProperty("assistant_spans", out _) && row.TryGetProperty("text", out _)).ToArray();
        rows.Should().HaveCountGreaterThan(5);
        foreach (var row in rows)
        {
            var text = template.RenderSpans((List<object?>)JinjaJson.FromJson(row.GetProperty("messages"))!, JinjaJson.FromJson(row.GetProperty("tools")), out var spans);
            // Python counts code points.
            spans.Select(span => new[] { CodePoints(text.Text[..span.Start]), CodePoints(text.Text[..span.End]) }).Should().BeEquivalentTo(
                row.GetProperty("assistant_spans").EnumerateArray().Select(span => new[] { span[0].GetInt32(), span[1].GetInt32() }), "{0}", row.GetProperty("case"));
        }

        static int CodePoints(string text) => text.EnumerateRunes().Count();
    }

    [Fact]
    public void PiecesOfTheLanguageEqualTheReference()
    {
        using var document = JsonDocument.Parse(Golden.Text("chat/jinja.json"));
        var context = document.RootElement.GetProperty("context").EnumerateObject()
            .Select(variable => KeyValuePair.Create(variable.Name, JinjaJson.FromJson(variable.Value))).ToArray();
        foreach (var row in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var source = row.GetProperty("template").GetString()!;
            Compare(row, () => JinjaInterpreter.Render(JinjaParser.Parse(source), context).Text, source);
        }
    }

    [Fact]
    public void MessagesRenderLikeTheirJson()
    {
        var template = SmolLM();

        template.Render([new("user", "Hi"), new("assistant", "Hello")], addGenerationPrompt: false).Should().EndWith(
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n");
        template.Source.Should().Contain("<|im_start|>");
    }

    [Fact]
    public void ContentsAreMarkedWhereverTheTemplatePutsThem()
    {
        const string Source = "{% for m in messages %}[{{ m.role }}]{{ m.content | trim }}{{ m['content'].split('|')[1] + '!' }}{% endfor %}{{ messages[0].content[:2] }}";
        var text = ChatTemplate.Parse(Source, NoTokens).RenderMarked([new("user", " ab|cd "), new("else", "x|y")], addGenerationPrompt: false);

        text.Text.Should().Be("[user]ab|cdcd ![else]x|yy! a");
        string.Concat(text.Text.Select((_, i) => text.IsTrustedAt(i, i + 1) ? 'T' : '.')).Should().Be("TTTTTT........TT....T....T..");
    }

    [Theory]
    [InlineData("a\n{% include 'x' %}", 2, "*tag 'include' is not supported here; supported are if, for*")]
    [InlineData("{{ a }}\n\n{{ a|truncate }}", 3, "*filter 'truncate' is not supported*upper*")]
    [InlineData("{{ a is escaped }}", 1, "*test 'escaped' is not supported*defined*")]
    [InlineData("{{ f(*a) }}", 1, "*'[*]' before an argument is not supported*")]
    [InlineData("{% for x in y %}\n{{ x }}", 2, "*ends within 'for'*")]
    [InlineData("{% break %}", 1, "*'break' is not within a 'for'*")]
    [InlineData("{{ 'a", 1, "*unexpected character*")]
    [InlineData("\n{{ '\\U00110000' }}", 2, "*escape*")]
    [InlineData("\n{{ '\\xg0' }}", 2, "*escape*")]
    public void WhatCannotBeReadIsNamedWithItsLine(string source, int line, string message)
    {
        FluentActions.Invoking(() => ChatTemplate.Parse(source, NoTokens)).Should().Throw<ChatTemplateException>().WithMessage(message.Replace("[*]", "?"))
            .Which.Line.Should().Be(line);
    }

    [Fact]
    public void TheTemplatesOwnRefusalIsTheMessage()
    {
        var template = ChatTemplate.Parse("{% if messages|length > 1 %}\n{{ raise_exception('only one!') }}{% endif %}ok", NoTokens);

        var thrown = FluentActions.Invoking(() => template.Render([new("user", "a"), new("user", "b")], false)).Should().Throw<ChatTemplateException>().Which;
        (thrown.Message, thrown.Line, thrown.IsRaisedByTemplate).Should().Be(("only one!", 2, true));
        template.Render([new("user", "a")], false).Should().Be("ok");
    }

    [Theory]
    [InlineData("{{ 'ab' * 1000000000 }}", "*characters*")]
    [InlineData("{{ [1] * 1000000000 }}", "*items*")]
    [InlineData("{{ range(1000000000) }}", "*range()*")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "*nested*")]
    [InlineData("{% for a in range(90000) %}{% for b in range(900) %}{% set x = b %}{% endfor %}{% endfor %}", "*steps*")]
    [InlineData("{% set ns = namespace(s='abcdefgh') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", "*characters*")]
    [InlineData("{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}", "*characters*")]
    [InlineData("{% for i in range(90000) %}{{ 'abcdefgh' * 1000 }}{% endfor %}", "*characters*")]
    [InlineData("{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(99) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}", "*pairs*")]
    [InlineData("{% set ns = namespace(a=(1,), b=(1,)) %}{% for i in range(99) %}{% set ns.a = (ns.a, ns.a) %}{% set ns.b = (ns.b, ns.b) %}{% endfor %}{{ ns.a < ns.b }}", "*pairs*")]
    [InlineData("{% set ns = namespace(a=(1,), b=(1,)) %}{% for i in range(99) %}{% set ns.a = (ns.a, ns.a) %}{% set ns.b = (ns.b, ns.b) %}{% endfor %}{{ {ns.a: 1}[ns.b] }}", "*pairs*")]
    [InlineData("{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(90000) %}{% set ns.a = [ns.a] %}{% set ns.b = [ns.b] %}{% endfor %}{{ ns.a == ns.b }}", "*nested*")]
    public void RenderingIsBounded(string source, string message)
    {
        var template = ChatTemplate.Parse(source, NoTokens);
        FluentActions.Invoking(() => template.Render([], false)).Should().Throw<ChatTemplateException>().WithMessage(message);
    }

    [Theory]
    [InlineData("{{ (-9223372036854775807 - 1)|abs }}", "*64 bits*")]
    [InlineData("{{ '{9999999999999999999}'.format(1) }}", "*no argument 9999999999999999999*")]
    [InlineData("{{ {1: 2, 'a': 3}|tojson(sort_keys=true) }}", "*'<' is not supported*")]
    [InlineData("{{ [1, 'a']|sort }}", "*'<' is not supported*")]
    [InlineData("{{ 'a'.startswith((('a',),)) }}", "*not tuple*")]
    [InlineData("{{ {[1]: 2} }}", "*unhashable*")]
    public void WhatFailsInPythonFailsWithAProblemOfTheTemplate(string source, string message)
    {
        var template = ChatTemplate.Parse("\n" + source, NoTokens);
        FluentActions.Invoking(() => template.Render([], false)).Should().Throw<ChatTemplateException>().WithMessage(message).Which.Line.Should().Be(2);
    }

    [Theory]
    [InlineData("{{ [none, none, 1, true]|unique|list }}", "[None, 1]")]
    [InlineData("{{ {(1, (2, 3)): 'x'}[(1, (2, 3))] }}", "x")]
    [InlineData("{{ [1, [2.0, 'a']] == [true, [2, 'a']] }} {{ {'a': [1]} == {'a': [2]} }}", "True False")]
    [InlineData("{{ [1, 'b'] < [1, 'c'] }} {{ (1, 2) > (1, 2, 0) }}", "True False")]
    [InlineData("{{ 9007199254740993 > 9007199254740992 }}", "True")]
    [InlineData("{{ -3|abs }} {{ (-2.5)|abs }}", "3 2.5")]
    public void ValuesCompareAsInPython(string source, string expected) => ChatTemplate.Parse(source, NoTokens).Render([], false).Should().Be(expected);

    [Fact]
    public void TimesOfAFormatOfOthersAreTextOfOthers()
    {
        var text = ChatTemplate.Parse("{{ strftime_now(messages[0].content) }}", NoTokens).RenderMarked([new("user", "<s>%%")], false);

        (text.Text, text.IsTrustedAt(0, 1)).Should().Be(("<s>%", false));
    }

    [Fact]
    public void ParsingIsBounded()
    {
        var source = "{{ " + new string('(', 100_000) + "1" + new string(')', 100_000) + " }}";
        FluentActions.Invoking(() => ChatTemplate.Parse(source, NoTokens)).Should().Throw<ChatTemplateException>().WithMessage("*nested*");
        var sum = "{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 200_000)) + " }}";
        FluentActions.Invoking(() => ChatTemplate.Parse(sum, NoTokens).Render([], false)).Should().Throw<ChatTemplateException>().WithMessage("*nested*");
    }

    [Fact]
    public void TimesAreWrittenInEnglish() =>
        JinjaGlobals.FormatTime(new DateTime(2024, 7, 6, 15, 4, 5), "%d %b %Y %B %A %H:%M:%S %I %p %j %%").Should().Be("06 Jul 2024 July Saturday 15:04:05 03 PM 188 %");

    internal static ChatTemplate SmolLM() => ChatTemplate.Parse(Golden.Text("chat/smollm2/template.jinja"), NoTokens);

    private static void Compare(JsonElement row, Func<string> render, string because)
    {
        if (row.TryGetProperty("text", out var text))
        {
            render().Should().Be(text.GetString(), "{0}", because);
            return;
        }

        var error = row.GetProperty("error").GetString()!;
        var thrown = FluentActions.Invoking(render).Should().Throw<ChatTemplateException>("{0}", because).Which;
        var (kind, message) = (error[..error.IndexOf(':')], error[(error.IndexOf(':') + 2)..]);
        thrown.IsRaisedByTemplate.Should().Be(kind == "TemplateError");
        if (kind == "TemplateError")
            thrown.Message.Should().Be(message);
        else if (kind != "TemplateSyntaxError")
            thrown.Message.Should().Contain(message.TrimEnd('.'));
    }
}
