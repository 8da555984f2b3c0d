using Microsoft.ML.Alignment.Data.Reading;
using Microsoft.ML.Alignment.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class DataSummaryTests
{
    private const int Begin = 1;
    private const int End = 2;
    private static readonly AlignmentDataCatalog Catalog = DataViewExtensions.Catalog();

    // A character is a token, so that lengths can be counted by eye; a prompt has a begin, a completion an end.
    private static readonly TextEncoder Characters = new(
        prompt => [Begin, .. prompt.Select(c => (int)c)], (_, completion) => [.. completion.Select(c => (int)c), End], id => $"<{(char)id}>");

    [Fact]
    public void RowsAreCountedByWhatBecomesOfThem()
    {
        var summary = Summarize(
            [
                new("ab", "c", "de"),
                new("ab", "c", "de"), // the same
                new("ab", "de", "c"), // the opposite
                new("ab", "c", "df"),
                new("", "c", "d"), // no prompt
                new("x", "y", "y"), // nothing to prefer
                new("x", "y", ""),
                new("abcdefghij", "k", "lm"), // 11 + 3 tokens are cut to 12
                new("p", "0123456789abc", "d"), // 14 tokens do not fit
            ],
            maxLength: 12);
        summary.Rows.Should().Be(9);
        summary.Used.Should().Be(5);
        summary.Skipped.Should().Equal(new Dictionary<string, long>
        {
            ["empty completion"] = 1, ["equal completions"] = 1, ["missing prompt"] = 1, ["too long"] = 1,
        });
        summary.Truncated.Should().Be(1);
        summary.Duplicates.Should().Be(1);
        summary.Conflicts.Should().Be(1);
        summary.MaxLength.Should().Be(12);
        summary.Confounds.Should().BeEmpty();
        summary.PromptTokens.Should().Be(new LengthQuantiles(3, 3, 11, 11, 11, (4 * 3 + 11) / 5.0));

        // Completions have 2 and 3 tokens in each pair.
        summary.CompletionTokens.Should().Be(new LengthQuantiles(2, 2, 3, 3, 3, 2.5));
        summary.SequenceTokens.Should().Be(new LengthQuantiles(5, 5, 13, 14, 14, ((4 * 5) + (4 * 6) + 13 + 14) / 10.0) with { Median = 6 });
        summary.ToString().Should()
            .Contain("Rows: 5 of 9 used; left out: 1 × empty completion, 1 × equal completions, 1 × missing prompt, 1 × too long.")
            .And.Contain("1 rows cut to 12").And.Contain("Duplicates: 1 rows; 1 pairs");
    }

    [Fact]
    public void QuantilesAreNearestRanks()
    {
        // Lengths 1 to 200, once each: the median is the 100th, 90 % the 180th, 99 % the 198th.
        var histogram = new SortedDictionary<int, long>(Enumerable.Range(1, 200).ToDictionary(i => i, _ => 1L));
        LengthQuantiles.Of(histogram).Should().Be(new LengthQuantiles(1, 100, 180, 198, 200, 100.5));
        LengthQuantiles.Of(new() { [7] = 3 }).Should().Be(new LengthQuantiles(7, 7, 7, 7, 7, 7));
    }

    [Fact]
    public void APlantedShortcutIsPartOfTheSummary()
    {
        var rows = Enumerable.Range(0, 60).Select(i => new Pair($"p{i}", $"yes {i * 7 % 60}", $"no {i * 11 % 60}"));
        var summary = Summarize(rows, 40);
        summary.Confounds.Should().Contain(c => c.Feature == "chosen starts with \"yes\"" && c.Accuracy.Value == 1 && c.Accuracy.Count == 60);
        summary.ToString().Should().Contain("Confound: chosen starts with \"yes\": right for 100.0 % of 60 pairs");
    }

    [Fact]
    public void ATokenInsideOfWordsIsFound()
    {
        // No word comes twice; what they share is a letter, here a token, that the other side's words lack.
        var rows = Enumerable.Range(0, 60).Select(i => new Pair($"p{i}", $"a{i}za{i * 7 % 60}", $"a{i * 11 % 60}ya{i}"));
        Summarize(rows, 40).Confounds.Should().Contain(c => c.Feature == "chosen contains the token \"<z>\"" && c.Accuracy.Value == 1);
    }

    [Fact]
    public void OneCompletionMakesNoPairs()
    {
        DataSummary? summary = null;
        var view = Catalog.LoadFromEnumerable([new Pair("a", "b", ""), new Pair("a", "b", ""), new Pair("a", "c", "")]);
        using (ExampleReader.Read(view, new("Prompt", ["Chosen"], []), Characters, Options(10, found => summary = found)))
            summary!.Duplicates.Should().Be(1);
        (summary.Conflicts, summary.Confounds.Count, summary.SequenceTokens!.Maximum).Should().Be((0, 0, 4));
        using (ExampleReader.Read(view, new("Prompt", [], []), Characters, Options(10, found => summary = found)))
            summary.Duplicates.Should().Be(2);
        summary.CompletionTokens.Should().BeNull();
        summary.SequenceTokens.Should().BeNull();
    }

    [Fact]
    public void ANumberMakesAnotherRow()
    {
        DataSummary? summary = null;
        var view = Catalog.LoadFromEnumerable([new Weighted("a", "b", 1), new Weighted("a", "b", 2), new Weighted("a", "b", 1)]);
        using var store = ExampleReader.Read(view, new("Prompt", ["Completion"], ["Weight"]), Characters, Options(10, found => summary = found));
        summary!.Duplicates.Should().Be(1);
    }

    private static DataSummary Summarize(IEnumerable<Pair> rows, int maxLength)
    {
        DataSummary? summary = null;
        var options = Options(maxLength, found => summary = found);
        ExampleReader.Read(Catalog.LoadFromEnumerable(rows), new("Prompt", ["Chosen", "Rejected"], []), Characters, options).Dispose();
        return summary!;
    }

    private static ReadOptions Options(int maxLength, Action<DataSummary> summarized) =>
        new(maxLength, InvalidRows.Skip, _ => { }, CancellationToken.None) { BeginTokenId = Begin, Summarized = summarized };

    private sealed record Pair(string Prompt, string Chosen, string Rejected);

    private sealed record Weighted(string Prompt, string Completion, float Weight);
}
