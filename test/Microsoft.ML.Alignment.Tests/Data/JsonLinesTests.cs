using System.Text.Json;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class JsonLinesTests : IDisposable
{
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void ColumnsAreThoseTheFileHasInPascalCase()
    {
        var view = Load("""
            {"prompt": "a", "chosen": "b", "rejected": "c", "margin": 0.5, "chosen_probability": 0.75, "score_chosen": 7, "is_safe": true, "id": "x", "tags": ["t"]}
            {"prompt": "d", "chosen": "e", "rejected": "f", "margin": null, "is_safe": false, "id": 5}
            """);
        view.Schema.Select(c => (c.Name, c.Type.RawType)).Should().Equal(
            ("Prompt", typeof(ReadOnlyMemory<char>)), ("Chosen", typeof(ReadOnlyMemory<char>)), ("Rejected", typeof(ReadOnlyMemory<char>)),
            ("Margin", typeof(float)), ("ChosenProbability", typeof(float)),
            ("ScoreChosen", typeof(double)), ("IsSafe", typeof(bool)), ("Id", typeof(ReadOnlyMemory<char>)));
        view.GetColumn<float>("Margin").Should().Equal(0.5f, float.NaN);
        view.GetColumn<double>("ScoreChosen").Should().Equal(7, double.NaN);
        view.GetColumn<bool>("IsSafe").Should().Equal(true, false);
        view.Texts("Id").Should().Equal("x", "5");
        view.GetRowCount().Should().Be(2);
    }

    [Theory]
    [InlineData("""{"prompt": "p", "completion": "c", "label": true}""")]
    [InlineData("""{"Prompt": "p", "Completion": "c", "Label": 1}""")]
    public void FeedbackIsReadInSnakeCaseAndPascalCase(string row)
    {
        var view = Load(row);
        view.Names().Should().Equal("Prompt", "Completion", "Label");
        view.Texts("Prompt").Should().Equal("p");
        view.Texts("Completion").Should().Equal("c");
        view.GetColumn<bool>("Label").Should().Equal(true);
    }

    [Fact]
    public void NamedPropertiesTakeTheirRolesAndLeaveTheUsualOnesFree()
    {
        var view = DataViewExtensions.Catalog().LoadJsonLines(
            _files.Write("""{"question": "q", "answer": "a", "good": false, "label": "sport"}"""),
            new() { PromptName = "question", CompletionName = "answer", LabelName = "good" });
        view.Names().Should().Equal("Prompt", "Completion", "Label", "label");
        view.Texts("Prompt").Should().Equal("q");
        view.GetColumn<bool>("Label").Should().Equal(false);
        view.Texts("label").Should().Equal("sport");
    }

    [Fact]
    public void OddNamesOfPropertiesDoNoHarm() =>
        Load("""{"": 1, "Prompt,Chosen": 2, "0": 3, "_": "x", "prompt": "a", "is_a": 4, "IsA": 5}""")
            .Names().Should().Equal("Prompt", "Prompt,Chosen", "0", "_", "IsA", "is_a");

    [Fact]
    public void MissingTextIsEmpty() =>
        Load("{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": null, \"completion\": \"c\"}\n{\"prompt\": \"d\"}")
            .Texts("Completion").Should().Equal("b", "c", "");

    [Fact]
    public void CarriageReturnsBlankLinesAndAByteOrderMarkAreNoData()
    {
        var view = Load("\uFEFF{\"prompt\": \"a\"}\r\n\r\n{\"prompt\": \"b\"}\r\n   \r\n");
        view.Texts("Prompt").Should().Equal("a", "b");
    }

    [Fact]
    public void UnicodeArrivesUnchanged()
    {
        var view = Load("{\"prompt\": \"\\u00e4\\ud83d\\ude00 中文\", \"completion\": \"é\u0301👩‍👧\"}");
        view.Texts("Prompt").Should().Equal("ä😀 中文");
        view.Texts("Completion").Should().Equal("é\u0301👩‍👧");
    }

    [Theory]
    [InlineData("rows.jsonl.gz")]
    [InlineData("rows.jsonl")]
    public void GzipIsKnownByItsContent(string name)
    {
        var path = _files.WriteGzip("{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}\n", name);
        DataViewExtensions.Catalog().LoadJsonLines(path).Texts("Prompt").Should().Equal("a", "b");
    }

    [Fact]
    public void CursorsAreIndependentAndReadOnlyWhatTheyAreAskedFor()
    {
        var view = Load("{\"prompt\": \"a\", \"completion\": \"x\"}\n{\"prompt\": \"b\", \"completion\": \"y\"}");
        using var first = view.GetRowCursor([view.Schema["Prompt"]]);
        using var second = view.GetRowCursor([view.Schema["Prompt"], view.Schema["Completion"]]);
        first.MoveNext().Should().BeTrue();
        first.MoveNext().Should().BeTrue();
        second.MoveNext().Should().BeTrue();
        Text(first, "Prompt").Should().Be("b");
        Text(second, "Prompt").Should().Be("a");
        first.Position.Should().Be(1);
        first.IsColumnActive(view.Schema["Completion"]).Should().BeFalse();
        first.Invoking(c => Text(c, "Completion")).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Completion*");
        first.MoveNext().Should().BeFalse();
        first.Position.Should().Be(-1);
    }

    [Fact]
    public void TheViewWorksUnderShuffleCacheAndFilter()
    {
        var rows = string.Join('\n', Enumerable.Range(0, 50).Select(i => $$"""{"prompt": "p{{i}}", "margin": {{i}}}"""));
        var ml = new MLContext(seed: 3);
        var view = ml.Data.FilterRowsByColumn(ml.Data.Cache(ml.Data.ShuffleRows(Load(rows))), "Margin", 10, 20);
        view.Texts("Prompt").Should().BeEquivalentTo(Enumerable.Range(10, 10).Select(i => $"p{i}"));
    }

    [SharedTheory("data/instructions.jsonl", "data/preferences-conversational.jsonl", "data/feedback-unpaired.jsonl")]
    [InlineData("instructions.jsonl", 800, false, "Prompt,Completion")]
    [InlineData("preferences-conversational.jsonl", 200, true, "Prompt,Chosen,Rejected")]
    [InlineData("feedback-unpaired.jsonl", 200, true, "Prompt,Completion,Label")]
    public void RealFilesLoad(string name, int rows, bool conversations, string columns)
    {
        var path = Golden.Shared("data/" + name);
        var view = DataViewExtensions.Catalog().LoadJsonLines(path);
        view.GetRowCount().Should().Be(rows);
        view.Names().Should().Equal(columns.Split(','));
        TextFormat.IsMessages(view.Schema["Prompt"]).Should().Be(conversations);
        var originals = File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("prompt")).ToList();
        view.Texts("Prompt").Zip(originals).Should().OnlyContain(pair => Same(pair.First, pair.Second));
    }

    private IDataView Load(string text) => DataViewExtensions.Catalog().LoadJsonLines(_files.Write(text));

    private static bool Same(string read, JsonElement original) => original.ValueKind == JsonValueKind.String
        ? read == original.GetString()
        : JsonElement.DeepEquals(JsonDocument.Parse(read).RootElement, original);

    private static string Text(DataViewRowCursor cursor, string column)
    {
        ReadOnlyMemory<char> value = default;
        cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema[column])(ref value);
        return value.ToString();
    }
}
