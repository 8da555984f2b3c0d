using Microsoft.ML.Alignment.Batches;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Data;

/// <summary>Rows in which all that the assistant says is trained on.</summary>
public sealed class EveryTurnTests : IDisposable
{
    private const string Row = """
        {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello there"}, {"role": "user", "content": "Go?"}, {"role": "assistant", "content": "went"}]}
        """;

    private static readonly ModelTokenizer Tokenizer = ModelTokenizer.FromJson(Golden.Text("tokenizers/smollm-style/tokenizer.json"));
    private readonly List<string> _log = [];
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void TargetsAreExactlyTheAssistantsTokens()
    {
        var example = Read(Row, 4096);
        var batch = Collator.Pack([example], endRows: false);
        var expected = Tokenizer.EncodeMarkup("Hello there<|im_end|>").Concat(Tokenizer.EncodeMarkup("went<|im_end|>")).ToArray();

        batch.Targets.Labels.Should().Equal(expected.Select(id => (long)id));
        batch.Targets.TokenCounts.Should().Equal(expected.Length);
        batch.Targets.Sequences.Should().Equal(Enumerable.Repeat(0L, expected.Length));
        int[] ids = [.. example.Prompt, .. example.Completions[0]];
        foreach (var (row, label) in batch.Targets.Rows.Zip(batch.Targets.Labels))
            ((long)ids[row + 1], (long)ids[row]).Should().Be((label, batch.Rows.Ids[row]), "a row predicts the token behind it");
    }

    [Fact]
    public void TwoRowsOfOneBatchKeepTheirTargets()
    {
        var (long_, short_) = (Read(Row, 4096), Read("""{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "He went"}]}""", 4096));
        var together = Collator.Pack([long_, short_], endRows: false);

        together.Targets.Labels.Should().Equal([.. Collator.Pack([long_], endRows: false).Targets.Labels, .. Collator.Pack([short_], endRows: false).Targets.Labels]);
        together.Targets.TokenCounts.Should().HaveCount(2);
    }

    [Fact]
    public void WithoutItTheLastTurnAloneIsTrainedOn() =>
        Collator.Pack([Read(Row, 4096, everyTurn: false)], endRows: false).Targets.Labels.Should().Equal(Tokenizer.EncodeMarkup("went<|im_end|>").Select(id => (long)id));

    [Fact]
    public void ATooLongConversationIsInvalidOrKeepsItsBeginning()
    {
        var whole = Read(Row, 4096);
        FluentActions.Invoking(() => Read(Row, whole.TokenCount - 1)).Should().Throw<InvalidDataException>().WithMessage($"*has {whole.TokenCount} tokens; the maximum length is {whole.TokenCount - 1}*");

        for (var length = whole.Prompt.Length + 1; length < whole.TokenCount; length++)
        {
            var cut = Read(Row, length, cut: true);
            cut.TokenCount.Should().BeLessThanOrEqualTo(length);
            var kept = Collator.Pack([cut], endRows: false).Targets.Labels;
            kept.Should().Equal(Collator.Pack([whole], endRows: false).Targets.Labels.Take(kept.Length)).And.NotBeEmpty();
            kept[^1].Should().Be(cut.Completions[0][^1], "what is not trained on at the end is not kept");
        }

        _log.Should().Contain(line => line.Contains("Completions of 1 rows were cut"));
    }

    [Fact]
    public void TheOptionReachesTheRows()
    {
        var context = new MLContext(seed: 1);
        var rows = context.Data.LoadFromEnumerable(new[] { new { Prompt = "a", Completion = "b" } });
        var align = context.Alignment();
        var trainer = align.BaseModel(Golden.Shared(StoriesModel.Folder), new() { PromptFormat = PromptFormat.Text })
            .Append(align.Trainers.Sft(new() { AssistantOnlyLoss = true, PromptFormat = PromptFormat.Text }));

        trainer.Invoking(t => t.Fit(rows)).Should().Throw<InvalidDataException>().WithMessage("*prompts are read as text*");
    }

    private TokenizedExample Read(string row, int maxLength, bool everyTurn = true, bool cut = false)
    {
        var view = DataViewExtensions.Catalog().LoadJsonLines(_files.Write(row.Trim() + "\n"));
        var template = ChatTemplate.Parse(Golden.Text("chat/smollm2/template.jinja"), new Dictionary<string, string>());
        var options = new ReadOptions(maxLength, InvalidRows.Throw, _log.Add, CancellationToken.None)
        {
            EveryTurn = everyTurn,
            LongCompletions = cut ? LongCompletions.Cut : LongCompletions.Invalid,
        };
        using var store = ExampleReader.Read(view, new("Prompt", ["Completion"], []), new PromptEncoder(Tokenizer, template, PromptFormat.Messages, [2]), options);
        return store.Read(0);
    }
}
