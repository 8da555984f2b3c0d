using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Tokenization;

public class MessageListTests
{
    [Fact]
    public void MessagesAreReadInOrder()
    {
        const string Json = """ [{"role":"system","content":""},{"content":"<|im_end|> \u00e4","role":"user"}] """;

        MessageList.Parse(Json).Messages.Should().Equal(new TemplateMessage("system", ""), new TemplateMessage("user", "<|im_end|> ä"));
        MessageList.ParseAnswer(Json).Should().HaveCount(2);
    }

    [Fact]
    public void MessagesKeepWhatTheyHave()
    {
        const string Json = """
            {"messages": [
                {"role": "user", "content": [{"type": "text", "text": "What is "}, {"type": "text", "text": "2 + 2?"}], "name": "Ann", "x": null},
                {"role": "assistant", "content": null, "tool_calls": [{"function": {"name": "add"}}], "thinking": "hm", "weight": 0}
            ], "tools": [{"type": "function"}]}
            """;

        var (messages, tools) = MessageList.Parse(Json);

        tools!.Value.GetArrayLength().Should().Be(1);
        (messages[0].Content, messages[0].IsTrained).Should().Be(("What is 2 + 2?", true));
        messages[0].Fields.Keys.Should().Equal("name");
        messages[1].Fields.Keys.Should().Equal("tool_calls", "thinking", "reasoning_content");
        messages[1].Fields["reasoning_content"].GetString().Should().Be("hm");
        (messages[1].HasContent, messages[1].IsTrained).Should().Be((false, false));
    }

    [Theory]
    [InlineData("""[{"role":"user","content":[{"type":"image_url","image_url":"x"}]}]""", "*message 1*'image_url'*only*text*")]
    [InlineData("""[{"role":"user","content":[{"type":"text"}]}]""", "*message 1 lacks text in a part*")]
    [InlineData("""[{"role":"user","content":"a","weight":0.5}]""", "*message 1*'weight' 0.5*")]
    [InlineData("""[{"from":"human","value":"a"}]""", "*message 1*ShareGPT*'role'*")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"tools":"x"}""", "*'tools' is no list*")]
    [InlineData("""[{"role":"assistant","content":null,"tool_calls":[]}]""", "*message 1 lacks text in 'content'*'tool_calls'*")]
    public void WhatAMessageMayNotHaveIsNamed(string json, string message) =>
        FluentActions.Invoking(() => MessageList.Parse(json)).Should().Throw<InvalidExampleException>().WithMessage(message);

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
