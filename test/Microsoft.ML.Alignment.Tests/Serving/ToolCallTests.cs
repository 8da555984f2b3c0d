using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Serving;

namespace Microsoft.ML.Alignment.Tests.Serving;

/// <summary>Calls of tools in what a model writes.</summary>
public sealed class ToolCallTests
{
    private const string Call = """{"name": "add", "arguments": {"a": 2, "b": 3}}""";

    [Fact]
    public async Task ACallIsReadAndItsResultIsGivenToTheModel()
    {
        using var model = Calling();
        using var client = model.AsIChatClient();
        var add = AIFunctionFactory.Create((int a, int b) => a + b, "add");
        var options = new ChatOptions { Tools = [add] };

        var first = await client.GetResponseAsync("hi", options);

        first.FinishReason.Should().Be(ChatFinishReason.ToolCalls);
        first.Text.Should().Be("[let me see]", "marks and calls are no text");
        var call = first.Messages.Single().Contents.OfType<FunctionCallContent>().Single();
        call.Name.Should().Be("add");
        (await add.InvokeAsync(new(call.Arguments)))!.ToString().Should().Be("5");
        var second = await client.GetResponseAsync(
            [new(ChatRole.User, "hi"), .. first.Messages, new(ChatRole.Tool, [new FunctionResultContent(call.CallId, 5)])], options);
        (second.Text, second.FinishReason).Should().Be(("[five]", ChatFinishReason.Stop));
    }

    [Fact]
    public async Task WithoutToolsTheSameWordsAreText()
    {
        using var model = Calling();
        using var client = model.AsIChatClient();

        (await client.GetResponseAsync("hi")).Text.Should().Be($"[let me see]<tool_call>{Call}</tool_call>");
    }

    [Theory]
    [InlineData("a<tool_call>{\"name\": \"f\"}</tool_call>b", "a|f()|b")]
    [InlineData("<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": [1]}}\n</tool_call><tool_call>{\"name\":\"g\"}</tool_call>", "f(x=[1])|g()")]
    [InlineData("a<tool_call>no json</tool_call>b", "a|<tool_call>no json</tool_call>|b")]
    [InlineData("<tool_call>{\"arguments\": {}}</tool_call>", "<tool_call>{\"arguments\": {}}</tool_call>")]
    [InlineData("<tool_call>[1]</tool_call>", "<tool_call>[1]</tool_call>")]
    [InlineData("a < b <tool", "a < b |<tool")]
    [InlineData("<tool_call>{\"name\": \"f\"", "<tool_call>{\"name\": \"f\"")]
    public void CallsAreFoundHoweverTheTextIsCut(string text, string expected)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var reader = new ToolCallReader("id");
            List<AIContent> found = [.. text.Chunk(size).SelectMany(piece => reader.Add(new(piece)).ToArray()), new TextContent(reader.Finish())];
            var merged = found.Aggregate("", (all, content) => all + (content is FunctionCallContent call ? $"|{Shown(call)}|" : ((TextContent)content).Text));
            merged.Replace("||", "|", StringComparison.Ordinal).Trim('|').Should().Be(expected.Replace("|<", "<", StringComparison.Ordinal).Replace(">|", ">", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task OneCallIsEnoughWhereOnlyOneIsAllowed()
    {
        using var model = Calling("[and another]");
        using var client = model.AsIChatClient();

        var response = await client.GetResponseAsync("hi", new() { Tools = [AIFunctionFactory.Create(() => 1, "add")], AllowMultipleToolCalls = false });

        response.Messages.Single().Contents.Should().HaveCount(2).And.ContainSingle(content => content is FunctionCallContent);
    }

    private static string Shown(FunctionCallContent call) => $"{call.Name}({string.Join(',', call.Arguments!.Select(a => $"{a.Key}={a.Value}"))})";

    private static LanguageModel Calling(params string[] more) => ChainModel.Of(
        [ChainModel.Start, "[let me see]", "<tool_call>", Call, "</tool_call>", .. more], [ChainModel.StartAfterTool, "[five]"]);
}
