using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Tokenization;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class ExampleReaderTests
{
    private const int Begin = 1;
    private const int End = 2;
    private static readonly ExampleColumns PairColumns = new("Prompt", ["Chosen", "Rejected"], ["Margin"]);
    private readonly List<string> _log = [];

    [Fact]
    public void RowsBecomeExamplesInOrder()
    {
        using var store = Read([new("ab", "c", "de", 0.5), new("f", "gh", "i", 2)]);
        store.Count.Should().Be(2);
        var first = store.Read(0);
        first.Prompt.Should().Equal(Begin, 'a', 'b');
        first.Completions[0].Should().Equal('c', End);
        first.Completions[1].Should().Equal('d', 'e', End);
        first.Values.Should().Equal(0.5f);
        store.Read(1).Completions[0].Should().Equal('g', 'h', End);
        store.TokenCount(0).Should().Be(8);
        _log.Should().BeEmpty();
    }

    [Theory]
    [InlineData(null, "c", "d", 0.0, "Prompt", "missing prompt")]
    [InlineData("  ", "c", "d", 0.0, "Prompt", "missing prompt")]
    [InlineData("a", null, "d", 0.0, "Chosen", "empty completion")]
    [InlineData("a", "c", "", 0.0, "Rejected", "empty completion")]
    [InlineData("a", "c", "c", 0.0, "Rejected", "equal completions")]
    [InlineData("a", "c", "d", double.NaN, "Margin", "not a finite number")]
    [InlineData("a", "c", "d", double.PositiveInfinity, "Margin", "not a finite number")]
    [InlineData("a", "c", "0123456789", 0.0, "Rejected", "too long")]
    [InlineData("a", "c", "moves", 0.0, "Rejected", "boundary moves")]
    [InlineData("bad", "c", "d", 0.0, "Prompt", "bad prompt")]
    public void AnInvalidRowIsNamedWithColumnOrCountedByReason(string? prompt, string? chosen, string? rejected, double margin, string column, string reason)
    {
        Pair[] rows = [new("a", "b", "c", 1), new(prompt!, chosen!, rejected!, margin), new("x", "y", "z", 2)];
        FluentActions.Invoking(() => Read(rows)).Should().Throw<InvalidDataException>().WithMessage($"Row 2, column '{column}': *InvalidRows*Skip*");
        using var store = Read(rows, InvalidRows.Skip);
        store.Count.Should().Be(2);
        store.Read(1).Prompt.Should().Equal(Begin, 'x');
        _log.Should().Equal($"1 of 3 rows were left out: 1 × {reason}.");
    }

    [Fact]
    public void DataWithoutAUsableRowIsRefusedWithTheReasons()
    {
        FluentActions.Invoking(() => Read([new("", "b", "c", 1), new("a", "b", "b", 1), new(null!, "b", "c", 1)], InvalidRows.Skip))
            .Should().Throw<InvalidDataException>().WithMessage("*Prompt, Chosen, Rejected*no row*3 rows*1 × equal completions, 2 × missing prompt*");
        FluentActions.Invoking(() => Read([])).Should().Throw<InvalidDataException>().WithMessage("*no row*empty*");
    }

    [Fact]
    public void ALongPromptIsCutFromTheLeftForBothSidesAndKeepsItsBegin()
    {
        using var store = Read([new("abcdefgh", "c", "123", 1)]);
        var example = store.Read(0);
        example.Prompt.Should().Equal(Begin, 'e', 'f', 'g', 'h');
        example.Completions[1].Should().Equal('1', '2', '3', End);
        _log.Should().ContainSingle().Which.Should().StartWith("1 of 1 prompts were cut");
    }

    [Theory]
    [InlineData("1234567", "b")]
    [InlineData("123456", "ab")]
    public void ACompletionThatLeavesRoomForOneTokenOfThePromptFits(string completion, string kept)
    {
        using var store = completion.Length == 7
            ? Read([new("ab", completion, "c", 1)], begin: null)
            : Read([new("ab", completion, "c", 1)], maxLength: 10);
        store.Read(0).Prompt[^kept.Length..].Should().Equal(kept.Select(c => (int)c));
    }

    [Fact]
    public void ABeginTokenAloneIsNoPrompt() =>
        FluentActions.Invoking(() => Read([new("ab", "1234567", "c", 1)])).Should().Throw<InvalidDataException>()
            .WithMessage("Row 1, column 'Chosen'*8 tokens, which leave 1 of the maximum length of 9*");

    [Fact]
    public void CompletionsThatDoNotFitAreCutWhereThatIsAskedFor()
    {
        DataSummary? summary = null;
        Pair[] rows = [new("abcdefgh", "0123456789", "xy", 1), new("ab", "0123456789", "xy", 1), new("abcdefgh", "01", "xy", 1)];
        var options = new ReadOptions(9, InvalidRows.Throw, _log.Add, CancellationToken.None)
        {
            BeginTokenId = Begin, LongCompletions = LongCompletions.Cut, Summarized = found => summary = found,
        };
        using var store = ExampleReader.Read(View(rows), PairColumns, Encoder(Begin), options);

        // The prompt is shortened to half of 9 tokens, and the completion keeps its beginning, without an end.
        store.Read(0).Prompt.Should().Equal(Begin, 'f', 'g', 'h');
        store.Read(0).Completions[0].Should().Equal('0', '1', '2', '3', '4');
        store.Read(0).Completions[1].Should().Equal('x', 'y', End);
        store.Read(1).Prompt.Should().Equal(Begin, 'a', 'b');
        store.Read(1).Completions[0].Should().Equal('0', '1', '2', '3', '4', '5');
        store.Read(2).Completions[0].Should().Equal('0', '1', End);
        summary!.CompletionsCut.Should().Be(2);
        summary.ToString().Should().Contain("Completions cut: 2 rows, which have no end token.");
        _log.Should().Contain("Completions of 2 rows were cut to fit 9 tokens; they have no end token.");
    }

    [Fact]
    public void CompletionsThatAreEqualWhenCutAreNoPair()
    {
        var options = new ReadOptions(9, InvalidRows.Throw, _log.Add, CancellationToken.None)
        {
            BeginTokenId = Begin, LongCompletions = LongCompletions.Cut,
        };
        FluentActions.Invoking(() => ExampleReader.Read(View([new("abcdefgh", "0123456789", "0123456xyz", 1)]), PairColumns, Encoder(Begin), options))
            .Should().Throw<InvalidDataException>().WithMessage("*'Rejected'*equal*");
    }

    [Fact]
    public void PromptsAloneAreRead()
    {
        using var store = Read([new("abcdefghijklm", null!, null!, double.NaN)], columns: new("Prompt", [], []));
        store.Read(0).Prompt.Should().Equal([Begin, .. "fghijklm".Select(c => (int)c)]);
        store.Read(0).Completions.Should().BeEmpty();
    }

    [Fact]
    public void NumbersOfAllKindsBecomeValues()
    {
        using var store = Read([new("a", "b", "c", 0.5) { Single = 3f, Count = -4, Flag = true }], columns: new("Prompt", ["Chosen"], ["Margin", "Single", "Count", "Flag"]));
        store.Read(0).Values.Should().Equal(0.5f, 3f, -4f, 1f);
    }

    [Theory]
    [InlineData("Missing", "Chosen", "Margin", "'Missing'*missing*'Prompt'*")]
    [InlineData("Margin", "Chosen", "Margin", "'Margin'*expected text*Double*")]
    [InlineData("Prompt", "Flag", "Margin", "'Flag'*expected text*Boolean*")]
    [InlineData("Prompt", "Chosen", "Rejected", "'Rejected'*expected Single*String*")]
    public void AColumnOfTheWrongTypeIsNamed(string prompt, string completion, string value, string message) =>
        FluentActions.Invoking(() => Read([new("a", "b", "c", 0.5)], columns: new(prompt, [completion], [value])))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage($"*{message}");

    [Fact]
    public void CancellationStopsTheReading()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var options = new ReadOptions(9, InvalidRows.Throw, _log.Add, cancelled.Token);
        FluentActions.Invoking(() => ExampleReader.Read(View([new("a", "b", "c", 1)]), PairColumns, Encoder(Begin), options)).Should().Throw<OperationCanceledException>();
    }

    private IExampleStore Read(Pair[] rows, InvalidRows invalid = InvalidRows.Throw, ExampleColumns? columns = null, int maxLength = 9, int? begin = Begin) =>
        ExampleReader.Read(View(rows), columns ?? PairColumns, Encoder(begin),
            new ReadOptions(maxLength, invalid, _log.Add, CancellationToken.None) { BeginTokenId = begin });

    private static IDataView View(Pair[] rows) => new MLContext(seed: 1).Data.LoadFromEnumerable(rows);

    /// <summary>A token a character, and two texts that no encoder of ours would take.</summary>
    private static TextEncoder Encoder(int? begin) => new(
        prompt => prompt == "bad" ? throw new InvalidExampleException("prompt", "bad prompt", "the prompt is bad.") : [.. begin is { } id ? (int[])[id] : [], .. prompt.Select(c => (int)c)],
        (_, completion) => completion == "moves"
            ? throw new InvalidExampleException("rejected", "boundary moves", "the tokenizer moves the boundary.")
            : [.. completion.Select(c => (int)c), End]);

    private sealed record Pair(string Prompt, string Chosen, string Rejected, double Margin)
    {
        public float Single { get; init; }

        public int Count { get; init; }

        public bool Flag { get; init; }
    }
}
