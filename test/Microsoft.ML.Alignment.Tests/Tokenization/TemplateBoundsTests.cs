using System.Diagnostics;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

public class TemplateBoundsTests
{
    private static readonly Dictionary<string, string> NoTokens = [];

    public static readonly TheoryData<string, string> Attacks = new()
    {
        { "{{ 'x'" + Repeat("|e", 75_000) + " }}", "*nested*" },
        { "{% set " + Repeat("(", 25_000) + "a" + Repeat(")", 25_000) + " = 1 %}", "*nested*" },
        { "{{ ('ab '*1300000).split() }}", "*items*" },
        { "{% set t = ('ab '*1300000) %}{% for i in range(900) %}{% set n = t|wordcount %}{% endfor %}", "*rendering reads and makes*" },
        { "{% set t = 'a'*4000000 %}{% for i in range(900) %}{% set n = t.upper() %}{% endfor %}", "*rendering reads and makes*" },
        { "{% set ns = namespace(l=['x'*2000, 'x'*2000]*99999) %}{{ (ns.l|sort)[0] }}", "*rendering reads and makes*" },
        { "{{ (['x'*4000]*200000)|unique|list }}", "*rendering reads and makes*" },
        { "{{ (range(50000)|map('list')|list) }}", "*iterable*" },
        { "{% set l = [[1]*9]*50000 %}{{ l|sum(start=[]) }}", "*rendering reads and makes*" },
        { "{{ 'x'|a" + Repeat(".a", 300_000) + " }}", "*more than 16 parts*" },
        { "{{ (['a'*4000000]*1000)|map('upper')|list }}", "*rendering reads and makes*" },
        { "{% set ns = namespace(l=[]) %}{% for i in range(10000) %}{% set ns.l = ns.l + [range(100000)] %}{% endfor %}", "*rendering reads and makes*" },
        { "{% for i in range(90000) %}{% for j in range(90) %}{% set x = ('ab'*100000).find('c') %}{% endfor %}{% endfor %}", "*rendering reads and makes*" },
        { "{{ \u0663 }}", "*unexpected character*" },
        { "{{ 1\u0663 }}", "*unexpected character*" },
        { "{{ 2\u0663.\u0665e\u0661 }}", "*unexpected character*" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void AttacksEndInARefusalOfOurs(string source, string message) =>
        FluentActions.Invoking(() => ChatTemplate.Parse(source, NoTokens).Render([], false)).Should().Throw<ChatTemplateException>()
            .WithMessage(message).Which.Line.Should().Be(1);

    [Fact]
    public void DeepTemplatesDoNotOverflowASmallStack()
    {
        var source = "{{ " + Repeat("(", 190) + "1" + Repeat(")", 190) + Repeat("|e", 50_000) + " }}";
        Exception? caught = null;
        var thread = new Thread(
            () => caught = Record.Exception(() => ChatTemplate.Parse(source, NoTokens).Render([], false)),
            256 << 10);
        thread.Start();
        thread.Join();

        caught.Should().BeOfType<ChatTemplateException>().Which.Message.Should().Contain("nested");
    }

    [Fact]
    public void LongTextsOfUsersAreCutInLinearTime()
    {
        const int Words = 900_000;
        var template = ChatTemplate.Parse("{{ messages[0].content.split()|length }} {{ messages[0].content|wordcount }} {{ messages[0].content|first }}", NoTokens);
        var watch = Stopwatch.StartNew();

        template.Render([new("user", Repeat("a ", Words))], false).Should().Be("900000 900000 a");

        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void ManyLiteralsAreReadInLinearTime() =>
        ChatTemplate.Parse("{{ " + Repeat("'ab'", 300_000) + " }}", NoTokens).Render([], false).Should().HaveLength(600_000);

    [Theory]
    [InlineData(20_000, 50)]
    [InlineData(1_000, 1_000)]
    [InlineData(2, 500_000)]
    public void AMegabyteOfConversationStaysWithinTheBounds(int messages, int length)
    {
        string[] models = ["smollm2", "qwen2_5", "qwen3", "llama3", "llama3_1", "gemma", "gemma3", "phi3"];
        var words = Repeat("word & ", 1 + (length / 7))[..length].Trim();
        TemplateMessage[] conversation =
            [.. Enumerable.Range(0, messages).Select(i => new TemplateMessage(i % 2 == 0 ? "user" : "assistant", words))];
        foreach (var model in models)
        {
            var template = ChatTemplate.Parse(
                Golden.Text($"chat/{model}/template.jinja"), new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" });
            template.Render(conversation, addGenerationPrompt: true).Length.Should().BeGreaterThan(messages * words.Length, model);
        }
    }

    [Theory]
    [InlineData("{{ '😀ab'[0] }}{{ '😀ab'[-3] }}{{ 'a😀b'[1] }}{{ 'a😀b'[-2] }}{{ 'ab'[2] }}{{ 'ab'[-3] }}{{ ''|first }}{{ '😀'|last }}", "😀😀😀😀😀")]
    [InlineData("{{ 'a  b c '.split(none, 1) }}{{ ' a b  c'.rsplit(none, 1) }}{{ ' \t'.split() }}{{ ' a b'.split(maxsplit=0) }}", "['a', 'b c '][' a b', 'c'][]['a b']")]
    [InlineData("{{ 0x1f }} {{ 0b101 }} {{ 0o17 }} {{ 1_000 }}", "31 5 15 1000")]
    public void PiecesOfTextAreThoseOfPython(string source, string expected) => ChatTemplate.Parse(source, NoTokens).Render([], false).Should().Be(expected);

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
