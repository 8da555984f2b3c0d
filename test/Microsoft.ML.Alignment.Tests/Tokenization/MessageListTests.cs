using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

public class MessageListTests
{
    [Fact]
    public void MessagesAreReadInOrder()
    {
        const string Json = """ [{"role":"system","content":""},{"content":"<|im_end|> \u00e4","role":"user","name":"x"}] """;

        MessageList.Parse(Json).Should().Equal(new TemplateMessage("system", ""), new TemplateMessage("user", "<|im_end|> ä"));
        MessageList.ParseAnswer(Json).Should().HaveCount(2);
    }

    [Theory]
    [InlineData("", "*no JSON list*")]
    [InlineData("Hello", "*no JSON list*")]
    [InlineData("{\"role\":\"user\",\"content\":\"a\"}", "*no JSON list*")]
    [InlineData("[]", "*no message*")]
    [InlineData("[{\"role\":\"user\",\"content\":\"a\"},3]", "*message 2 lacks*")]
    [InlineData("[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\"}]", "*message 2 lacks*")]
    [InlineData("[{\"role\":1,\"content\":\"a\"}]", "*message 1 lacks*")]
    [InlineData("[{\"role\":\"user\",\"content\":[\"a\"]}]", "*message 1 lacks*")]
    [InlineData("[{\"role\":\"user\",\"content\":\"a\"}", "*cannot be read*")]
    [InlineData("[{\"role\":\"user\",\"content\":\"\\ud800\"}]", "*cannot be read*")]
    public void APromptThatIsNoConversationIsRefused(string json, string message)
    {
        var thrown = FluentActions.Invoking(() => MessageList.Parse(json)).Should().Throw<InvalidExampleException>().WithMessage(message).Which;
        (thrown.Column, thrown.Reason).Should().Be(("prompt", "no conversation"));
    }

    [Fact]
    public void HalfACharacterIsNoText()
    {
        var json = """[{"role":"user","content":"?"}]""".Replace('?', '\ud800');

        FluentActions.Invoking(() => MessageList.Parse(json)).Should().Throw<InvalidExampleException>().WithMessage("*cannot be read*");
    }

    [Theory]
    [InlineData("Hello")]
    [InlineData("[1, 2]")]
    [InlineData("[]")]
    [InlineData("[see below")]
    [InlineData("[{\"title\":\"a\"}]")]
    public void ACompletionInWhichNobodySpeaksIsText(string completion) => MessageList.ParseAnswer(completion).Should().BeNull();

    [Theory]
    [InlineData("[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]}]")]
    [InlineData("[{\"role\":\"assistant\",\"content\":\"\\ud800\"}]")]
    public void ACompletionOfMessagesThatCannotBeReadIsRefused(string completion)
    {
        var thrown = FluentActions.Invoking(() => MessageList.ParseAnswer(completion)).Should().Throw<InvalidExampleException>().Which;
        (thrown.Column, thrown.Reason).Should().Be(("completion", "no conversation"));
    }
}
