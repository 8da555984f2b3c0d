using System.Text.Json;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class ImplicitPromptTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("The sky is blue.", "The sky is green.", "The sky is")]
    [InlineData("The sky is blue", "The sky is black", "The sky is")]
    [InlineData("Q: 1+1?\nA:2", "Q: 1+1?\nA:3", "Q: 1+1?\nA:")]
    [InlineData("Say it\nyes", "Say it\nno", "Say it\n")]
    [InlineData("Count: 12", "Count: 123", "Count:")]
    [InlineData("The sky", "The sky is blue", "The")]
    [InlineData("The same text", "The same text", "The same")]
    [InlineData("yes", "yellow", "")]
    [InlineData("yes", "no", "")]
    [InlineData("", "no", "")]
    [InlineData("天空是蓝色", "天空是绿色", "天空是")]
    [InlineData("Smile: 😀", "Smile: 😁", "Smile:")]
    [InlineData("😀", "😁", "")]
    [InlineData("\n\nHuman: Hi\n\nAssistant: Hello", "\n\nHuman: Hi\n\nAssistant: Hello you", "\n\nHuman: Hi\n\nAssistant:")]
    [InlineData("\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: the d", "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant: the e", "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant:")]
    public void TextIsCutAtASensibleBoundary(string chosen, string rejected, string prompt)
    {
        ImplicitPrompt.Length(chosen, rejected).Should().Be(prompt.Length);
        ImplicitPrompt.Length(rejected, chosen).Should().Be(prompt.Length);
    }

    [SharedFact("data/hh-harmless-test.jsonl.gz")]
    public void RealDialoguesAreCutAtAnAnswerAndLoseNothing()
    {
        var raw = JsonLinesFile.Lines(Golden.Shared("data/hh-harmless-test.jsonl.gz"), int.MaxValue).Select(line => line.Parse().RootElement).ToList();
        var view = DataViewExtensions.Catalog().LoadJsonLines(Golden.Shared("data/hh-harmless-test.jsonl.gz"));
        var (prompts, chosen, rejected) = (view.Texts("Prompt"), view.Texts("Chosen"), view.Texts("Rejected"));
        prompts.Should().HaveCount(2000).And.OnlyContain(p => p.EndsWith("\n\nAssistant:", StringComparison.Ordinal));
        prompts.Zip(chosen, (p, c) => p + c).Should().Equal(raw.Select(row => row.GetProperty("chosen").GetString()));
        prompts.Zip(rejected, (p, r) => p + r).Should().Equal(raw.Select(row => row.GetProperty("rejected").GetString()));
    }

    [Fact]
    public void ConversationsShareTheirLeadingMessages()
    {
        var view = Load("""
            {"chosen": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "rejected": [{"content": "a", "role": "user"}, {"role": "assistant", "content": "c"}]}
            """);
        TextFormat.IsMessages(view.Schema["Prompt"]).Should().BeTrue();
        Messages(view, "Prompt").Should().Equal(("user", "a"));
        Messages(view, "Chosen").Should().Equal(("assistant", "b"));
        Messages(view, "Rejected").Should().Equal(("assistant", "c"));
    }

    [Fact]
    public void EqualConversationsKeepTheirLastMessage()
    {
        var view = Load("""
            {"chosen": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "rejected": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
            """);
        Messages(view, "Prompt").Should().Equal(("user", "a"));
        Messages(view, "Rejected").Should().Equal(("assistant", "b"));
    }

    [Fact]
    public void TheLastMessageOfAConversationIsItsCompletion()
    {
        var view = Load("""{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}""");
        view.Names().Should().Equal("Prompt", "Completion");
        Messages(view, "Prompt").Should().Equal(("system", "s"), ("user", "a"));
        Messages(view, "Completion").Should().Equal(("assistant", "b"));
    }

    [Fact]
    public void APlainPromptThatConversationsRepeatIsTakenOnce()
    {
        var view = Load("""
            {"prompt": "a \"q\"", "chosen": [{"role": "user", "content": "a \"q\""}, {"role": "assistant", "content": "b"}], "rejected": [{"role": "assistant", "content": "c"}], "messages": []}
            """);
        view.Names().Should().Equal("Prompt", "Chosen", "Rejected");
        Messages(view, "Prompt").Should().Equal(("user", "a \"q\""));
        Messages(view, "Chosen").Should().Equal(("assistant", "b"));
        Messages(view, "Rejected").Should().Equal(("assistant", "c"));
    }

    private IDataView Load(string text) => DataViewExtensions.Catalog().LoadJsonLines(_files.Write(text));

    private static List<(string?, string?)> Messages(IDataView view, string column) =>
        [.. JsonDocument.Parse(view.Texts(column)[0]).RootElement.EnumerateArray().Select(m => (m.GetProperty("role").GetString(), m.GetProperty("content").GetString()))];
}
