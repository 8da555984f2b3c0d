using System.IO.Compression;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class JsonLinesErrorTests : IDisposable
{
    private const string Good = """{"prompt": "a", "completion": "b"}""" + "\n";
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("{\"prompt\": \"a\"", "line 3*JSON*")]
    [InlineData("[1, 2]", "line 3*a list*object*")]
    [InlineData("""{"prompt": 5, "completion": "b"}""", "line 3*'prompt'*number 5*text*")]
    [InlineData("""{"prompt": "a", "completion": {"x": 1}}""", "line 3*'completion'*an object*")]
    [InlineData("""{"prompt": "a", "completion": "b", "margin": "wide"}""", "line 3*'margin'*a string*number*")]
    [InlineData("""{"prompt": [{"role": "user", "content": "a"}], "completion": "b"}""", "line 3*'prompt'*mixed*line 1*line 3*")]
    [InlineData("""{"prompt": "a", "completion": "\ud800"}""", "line 3*'completion'*surrogate*")]
    public void ABadLineIsNamedWithFileAndLine(string bad, string message) =>
        Loading(Good + "\n" + bad + "\n" + Good).Should().Throw<InvalidDataException>().WithMessage($"*rows.jsonl*{message}");

    [Fact]
    public void ALineWithoutEndIsRefusedBeforeItFillsTheMemoryAndTheLimitIsTheUsers()
    {
        var path = Path.Combine(_files.Folder, "rows.jsonl.gz");
        using (var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            zip.Write("{\"prompt\": \"a\", \"completion\": \""u8);
            foreach (var piece in Enumerable.Repeat(Enumerable.Repeat((byte)'x', 1 << 20).ToArray(), 20))
                zip.Write(piece);
            zip.Write("\"}\n"u8);
        }

        var data = new MLContext().Alignment().Data;
        FluentActions.Invoking(() => data.LoadJsonLines(path)).Should().Throw<InvalidDataException>()
            .WithMessage("*rows.jsonl.gz, line 1: longer than 16777216 characters*JsonLinesOptions.MaxLineLength*");
        data.LoadJsonLines(path, new() { MaxLineLength = 1 << 25 }).GetRowCount().Should().Be(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData((1 << 14) - 1)]
    [InlineData(1 << 14)]
    [InlineData((1 << 14) + 1)]
    public void LinesEndAsTextReadersEndThem(int length)
    {
        var line = new string('x', length);
        var text = $"{line}\r\n{line}\n\r\r{line}\r\n\n{line}\n{line}\r";
        var (expected, lines) = (new StringReader(text), new LineReader(new StringReader(text), length));
        while (expected.ReadLine() is { } wanted)
            lines.Next().Should().Be(wanted);
        lines.Next().Should().BeNull();
        FluentActions.Invoking(() => new LineReader(new StringReader(text), length - 1).Next()).Should().Throw<LineTooLongException>();
    }

    [Theory]
    [InlineData("""{"prompt": "a", "completion": "b", "label": "yes"}""", "line 1*'label'*true or false*")]
    [InlineData("""{"prompt": "a", "completion": "b", "label": 2}""", "line 1*'label'*2*")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}], "tools": 3}""", "line 1*'tools'*number 3*list of tools*")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}], "tools": "x"}""", "line 1*'tools'*list of tools*")]
    [InlineData("""{"prompt": "a", "Prompt": "b"}""", "'prompt' and 'Prompt'*JsonLinesOptions*")]
    [InlineData("", "no row*")]
    public void WhatCannotBeUsedIsRefusedWhenTheFileIsLoaded(string row, string message) =>
        Loading(row).Should().Throw<InvalidDataException>().WithMessage($"*rows.jsonl*{message}");

    [Theory]
    [InlineData("""[{"prompt": "a", "completion": "b"}, {"prompt": "c", "completion": "d"}]""", "*one JSON list*jq -c '.[[]]'*")]
    [InlineData("[\n{\"prompt\": \"a\",\n\"completion\": \"b\"}]", "*one JSON list*jq*")]
    [InlineData("""{"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}""", "*ShareGPT's 'conversations'*MessagesName*jq*")]
    [InlineData("""{"instruction": "a", "input": "", "output": "b", "history": [["c", "d"]]}""", "*Alpaca's 'history'*jq*remove 'history'*")]
    public void OtherFormsAreNamedWithWhatToDo(string text, string message) =>
        Loading(text).Should().Throw<InvalidDataException>().WithMessage("*rows.jsonl" + message.Replace("[[]]", "??"));

    [Fact]
    public void ConversationsWithRolesAreReadByTheirName() =>
        DataViewExtensions.Catalog().LoadJsonLines(
            _files.Write("""{"conversations": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"""),
            new() { MessagesName = "conversations" }).Schema.Select(column => column.Name).Should().Equal("Prompt", "Completion");

    [Fact]
    public void ALabelMayBeAFraction()
    {
        var rows = """
            {"prompt": "a", "completion": "b", "label": 1.0}
            {"prompt": "a", "completion": "b", "label": 0.0}
            """;
        DataViewExtensions.Catalog().LoadJsonLines(_files.Write(rows)).GetColumn<bool>("Label").Should().Equal(true, false);
        Loading(rows.Replace("0.0", "0.5")).Should().Throw<InvalidDataException>().WithMessage("*'label'*0.5*true or false*");
    }

    [Fact]
    public void AMissingLabelIsNamedWithItsRow() =>
        Loading("""
            {"prompt": "a", "completion": "b", "label": true}
            {"prompt": "a", "completion": "b"}
            """).Should().Throw<InvalidDataException>().WithMessage("*rows.jsonl, row 2*'label'*");

    [Fact]
    public void APropertyThatOnlyTheOptionsKnowIsRefused() =>
        FluentActions.Invoking(() => DataViewExtensions.Catalog().LoadJsonLines(_files.Write(Good), new() { PromptName = "question" }))
            .Should().Throw<InvalidDataException>().WithMessage("*'question'*prompt, completion*");

    [Fact]
    public void BytesThatAreNotTextAreRefused()
    {
        var path = _files.Write(Good);
        File.AppendAllBytes(path, [.. "{\"prompt\": \""u8, 0xC3, 0x28, .. "\"}"u8]);
        FluentActions.Invoking(() => DataViewExtensions.Catalog().LoadJsonLines(path)).Should().Throw<InvalidDataException>().WithMessage("*rows.jsonl*UTF-8*");
    }

    [Fact]
    public void AMissingFileIsNamed() =>
        FluentActions.Invoking(() => DataViewExtensions.Catalog().LoadJsonLines(Path.Combine(_files.Folder, "none.jsonl")))
            .Should().Throw<FileNotFoundException>().WithMessage("*none.jsonl*");

    [Fact]
    public void ATruncatedGzipFileIsRefused()
    {
        var path = _files.WriteGzip(string.Concat(Enumerable.Range(0, 3000).Select(i => $$"""{"prompt": "{{i * 7919}}"}""" + "\n")), "cut.jsonl.gz");
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        FluentActions.Invoking(() => DataViewExtensions.Catalog().LoadJsonLines(path)).Should().Throw<InvalidDataException>().WithMessage("*cut.jsonl.gz*line*");
    }

    private Action Loading(string text) => () => DataViewExtensions.Catalog().LoadJsonLines(_files.Write(text));
}
