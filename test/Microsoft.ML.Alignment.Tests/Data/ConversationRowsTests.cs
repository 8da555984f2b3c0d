using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tests.Tokenization;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Data;

/// <summary>What conversations of a file say beside role and content, and what becomes of it.</summary>
public sealed class ConversationRowsTests : IDisposable
{
    private const string Tools = """[{"type": "function", "function": {"name": "add", "parameters": {"x": "int"}}}]""";
    private const string Call = """{"role": "assistant", "content": null, "tool_calls": [{"type": "function", "function": {"name": "add", "arguments": {"x": 2}}}]}""";
    private static readonly ModelTokenizer Tokenizer = ModelTokenizer.FromJson(Golden.Text("tokenizers/smollm-style/tokenizer.json"));
    private readonly TestFiles _files = new();
    private readonly List<string> _log = [];

    public void Dispose() => _files.Dispose();

    [Fact]
    public void ToolsAndToolCallsReachTheTemplate()
    {
        var row = $$"""{"messages": [{"role": "user", "content": "2 + 2?"}, {{Call}}], "tools": {{Tools}}}""";

        var read = Read(Qwen(), row);

        Text(read.Prompt).Should().Contain("<tools>").And.Contain("""{"name": "add", "parameters": {"x": "int"}}""");
        Text(read.Completions[0]).Should().Be("<tool_call>\n{\"name\": \"add\", \"arguments\": {\"x\": 2}}\n</tool_call><|im_end|>");
    }

    [Fact]
    public void ToolsMayBeJsonInAString()
    {
        var row = $$"""{"messages": [{"role": "user", "content": "2 + 2?"}, {{Call}}], "tools": {{System.Text.Json.JsonSerializer.Serialize(Tools)}}}""";

        Text(Read(Qwen(), row).Prompt).Should().Contain("""{"name": "add", "parameters": {"x": "int"}}""");
    }

    [Fact]
    public void WhatWasThoughtIsTrainedOn()
    {
        var row = """{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "four", "thinking": "two and two"}]}""";

        Text(Read(Qwen3(), row).Completions[0]).Should().Be("<think>\ntwo and two\n</think>\n\nfour<|im_end|>");
    }

    [Theory]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "", "tool_calls": [{"x": 1}]}]}""", "tool_calls not read*")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "reasoning": "c"}]}""", "reasoning_content not read*")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "tools": [{"x": 1}]}""", "tools not read*")]
    public void WhatTheTemplateDoesNotReadIsRefused(string row, string reason) =>
        FluentActions.Invoking(() => Read(ChatTemplateTests.SmolLM(), row)).Should().Throw<InvalidDataException>()
            .WithInnerException<InvalidRowException>().Which.Reason.Should().Match(reason);

    [Fact]
    public void FieldsThatNobodyReadsAreCounted()
    {
        DataSummary? summary = null;
        var row = """{"messages": [{"role": "user", "content": "a", "name": "Ann"}, {"role": "assistant", "content": "b", "name": "Bob", "id": 3}]}""";

        Read(ChatTemplateTests.SmolLM(), row + "\n" + row, found => summary = found);

        _log.Should().Contain("'name' of 4 messages is not read by the model's chat template.");
        summary!.UnreadFields.Should().Equal(new Dictionary<string, long> { ["name"] = 4, ["id"] = 2 });
        summary.ToString().Should().Contain("Not read by the chat template: 'name' of 4 messages.");
    }

    [Fact]
    public void TheLastTurnThatIsTrainedOnIsTheCompletion()
    {
        var row = """
            {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "went"}, {"role": "user", "content": "c"}, {"role": "assistant", "content": "no", "weight": 0}]}
            """;

        Text(Read(ChatTemplateTests.SmolLM(), row.Trim()).Completions[0]).Should().Be("went<|im_end|>");
    }

    [Fact]
    public void RowsThatAreNotTrainedOnAreLeftOutAndCounted()
    {
        DataSummary? summary = null;
        var untrained = """{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 0}]}""";
        var trained = untrained.Replace("\"weight\": 0", "\"weight\": 1.0");

        Text(Read(ChatTemplateTests.SmolLM(), untrained + "\n" + trained, found => summary = found).Completions[0]).Should().Be("b<|im_end|>");
        summary!.Skipped.Should().Equal(new Dictionary<string, long> { ["weight 0"] = 1 });
    }

    [Theory]
    [InlineData("""{"messages": []}""", "*Row 2, column 'Prompt'*no message*")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}]}""", "*Row 2, column 'Completion'*roles ?user?*ends*")]
    [InlineData("""{"messages": [{"role": "user", "content": null}, {"role": "assistant", "content": "b"}]}""", "*Row 2, column 'Prompt'*message 1*'content'*")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "b"}]}""", "*Row 2, column 'Prompt'*no message*")]
    public void ABadConversationIsItsRowsFault(string bad, string message)
    {
        const string Good = """{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}""";

        FluentActions.Invoking(() => Read(ChatTemplateTests.SmolLM(), Good + "\n" + bad)).Should().Throw<InvalidDataException>().WithMessage(message);
        DataSummary? summary = null;
        Read(ChatTemplateTests.SmolLM(), Good + "\n" + bad, found => summary = found, InvalidRows.Skip);
        (summary!.Used, summary.Skipped.Values.Sum()).Should().Be((1, 1));
    }

    [Fact]
    public void ListsAndObjectsThatAreLostAreNamed()
    {
        var context = new MLContext();
        var lines = new List<string>();
        context.Log += (_, entry) => lines.Add(entry.RawMessage);

        context.Alignment().Data.LoadJsonLines(_files.Write("""{"prompt": "a", "completion": "b", "tags": ["x"], "meta": {"y": 1}, "tools": [1]}"""));

        lines.Should().ContainSingle(line => line.Contains("In no column, and lost: 'tags' (lists), 'meta' (objects), 'tools' (lists)."));
    }

    private TokenizedExample Read(
        ChatTemplate template, string rows, Action<DataSummary>? summarized = null, InvalidRows invalid = InvalidRows.Throw)
    {
        var view = DataViewExtensions.Catalog().LoadJsonLines(_files.Write(rows + "\n"));
        var encoder = new PromptEncoder(Tokenizer, template, PromptFormat.Messages, [2]);
        var options = new ReadOptions(4096, invalid, _log.Add, CancellationToken.None) { LeavesOutUntrained = true, Summarized = summarized };
        using var store = ExampleReader.Read(view, new("Prompt", ["Completion"], []), encoder, options);
        return store.Read(0);
    }

    private static string Text(int[] ids) => Tokenizer.Decode(ids, skipSpecialTokens: false);

    private static ChatTemplate Qwen() => Template("qwen2_5");

    private static ChatTemplate Qwen3() => Template("qwen3");

    private static ChatTemplate Template(string model) => ChatTemplate.Parse(Golden.Text($"chat/{model}/template.jinja"), new Dictionary<string, string>());
}
