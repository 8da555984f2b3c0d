using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tests.Tokenization;
using Microsoft.ML.Alignment.Tokenization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class LostMarkTests : IDisposable
{
    private const string Rows = """
        {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
        {"messages": [{"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}]}
        """;

    private readonly MLContext _context = new();
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void ConversationsThatLostTheirMarkAreRefusedWithTheCure()
    {
        var view = _context.Alignment().Data.LoadJsonLines(_files.Write(Rows));
        var copied = _context.Data.LoadFromEnumerable(_context.Data.CreateEnumerable<Row>(view, reuseRowObject: false).ToArray());

        Read(view, PromptFormat.FromColumn).Should().Be(2);
        FluentActions.Invoking(() => Read(copied, PromptFormat.FromColumn)).Should().Throw<InvalidDataException>()
            .WithMessage("*'Prompt'*list of messages*PromptFormat to Messages*UserTurn*");
        Read(copied, PromptFormat.Messages).Should().Be(2);
        Read(copied, PromptFormat.UserTurn).Should().Be(2, "who says so may train on JSON");
    }

    [Fact]
    public void TheMarkIsAlsoMissedBehindATextFile()
    {
        var view = _context.Alignment().Data.LoadJsonLines(_files.Write(Rows));
        var path = Path.Combine(_files.Folder, "saved.tsv");
        using (var stream = File.Create(path))
            _context.Data.SaveAsText(view, stream);

        var loaded = _context.Data.LoadFromTextFile(path, new TextLoader.Options
        {
            Columns = [new("Prompt", DataKind.String, 0), new("Completion", DataKind.String, 1)], HasHeader = true, AllowQuoting = true,
        });
        FluentActions.Invoking(() => Read(loaded, PromptFormat.FromColumn)).Should().Throw<InvalidDataException>().WithMessage("*'Prompt'*");
    }

    [Fact]
    public void OnePromptOfWordsIsEnoughToReadWords()
    {
        Row[] rows = [new() { Prompt = """[{"role": "user", "content": "a"}]""", Completion = "b" }, new() { Prompt = "[1, 2]", Completion = "b" }];

        Read(_context.Data.LoadFromEnumerable(rows), PromptFormat.FromColumn).Should().Be(2);
    }

    private static int Read(IDataView view, PromptFormat wanted)
    {
        var format = TextFormat.Resolve(wanted, view.Schema, "Prompt", hasTemplate: true);
        var tokenizer = ModelTokenizer.FromJson(Golden.Text("tokenizers/smollm-style/tokenizer.json"));
        var encoder = new PromptEncoder(tokenizer, ChatTemplateTests.SmolLM(), format, [2]);
        var options = new ReadOptions(512, InvalidRows.Throw, _ => { }, CancellationToken.None)
        {
            KnowsFormat = TextFormat.IsKnown(wanted, view.Schema, "Prompt"),
        };
        using var store = ExampleReader.Read(view, new("Prompt", ["Completion"], []), encoder, options);
        return store.Count;
    }

    private sealed class Row
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";
    }
}
