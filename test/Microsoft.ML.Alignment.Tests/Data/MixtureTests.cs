using Microsoft.ML.Alignment.Data;
using Microsoft.ML.Alignment.Data.Mixing;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class MixtureTests
{
    private static readonly AlignmentDataCatalog Catalog = DataViewExtensions.Catalog();

    [Theory]
    // 100 / 0.7 = 142.9 and 50 / 0.3 = 166.7: at most 142 rows; 0.7 · 142 = 99.4 and 0.3 · 142 = 42.6, whose remainder is the larger.
    [InlineData(100, 50, 0.7, 0.3, MixtureEpoch.NoRowTwice, 99, 43)]
    // At least 167 rows: 0.7 · 167 = 116.9 and 0.3 · 167 = 50.1.
    [InlineData(100, 50, 0.7, 0.3, MixtureEpoch.EveryRow, 117, 50)]
    [InlineData(10, 1000, 1, 1, MixtureEpoch.NoRowTwice, 10, 10)]
    [InlineData(10, 1000, 1, 1, MixtureEpoch.EveryRow, 1000, 1000)]
    // Shares that are not exact in binary: 30 / 0.3 is a hair below 100.
    [InlineData(30, 70, 3, 7, MixtureEpoch.NoRowTwice, 30, 70)]
    [InlineData(30, 70, 0.3, 0.7, MixtureEpoch.EveryRow, 30, 70)]
    public void APassHasEachSetInItsShareToLessThanOneRow(
        int first, int second, double firstWeight, double secondWeight, MixtureEpoch epoch, int firstRows, int secondRows) =>
        MixturePlan.Counts([first, second], [firstWeight, secondWeight], epoch).Should().Equal(firstRows, secondRows);

    [Fact]
    public void EveryBeginningOfAPassHasTheShares()
    {
        long[] counts = [130, 57, 13];
        var taken = new int[3];
        var row = 0;
        foreach (var set in MixturePlan.Turns(counts))
        {
            row++;
            taken[set]++;
            for (var s = 0; s < 3; s++)
                Math.Abs(taken[s] - (row * counts[s] / 200.0)).Should().BeLessThan(2);
        }

        taken.Should().Equal(130, 57, 13);
    }

    [Fact]
    public void NoRowComesTwiceAndTheSmallSetComesWhole()
    {
        var mixture = Catalog.Mix([new(Set("a", 100), 1), new(Set("b", 30), 1)], seed: 5);
        mixture.GetRowCount().Should().Be(60);
        var prompts = mixture.Texts("Prompt");
        prompts.Should().HaveCount(60).And.OnlyHaveUniqueItems();
        prompts.Where(p => p[0] == 'b').Should().Equal(Enumerable.Range(0, 30).Select(i => $"b{i}"));
        var ofLarge = prompts.Where(p => p[0] == 'a').Select(p => int.Parse(p[1..])).ToArray();
        ofLarge.Should().HaveCount(30).And.BeInAscendingOrder();
        ofLarge.Should().Contain(i => i >= 90, "rows are drawn from the whole set").And.Contain(i => i < 10);
    }

    [Fact]
    public void WithEveryRowTheSmallSetRepeatsEvenly()
    {
        var mixture = Catalog.Mix([new(Set("a", 100), 1), new(Set("b", 30), 1)], MixtureEpoch.EveryRow);
        var repeats = mixture.Texts("Prompt").Where(p => p[0] == 'b').CountBy(p => p).Select(c => c.Value).ToArray();
        repeats.Should().HaveCount(30).And.OnlyContain(count => count == 3 || count == 4);
        repeats.Sum().Should().Be(100);
        mixture.Texts("Prompt").Where(p => p[0] == 'a').Should().Equal(Enumerable.Range(0, 100).Select(i => $"a{i}"));
    }

    [Fact]
    public void TheSeedFixesTheRowsAndAnotherSeedChoosesOthers()
    {
        string[] Rows(int seed) => Catalog.Mix([new(Set("a", 1000), 1), new(Set("b", 20), 1)], seed: seed).Texts("Prompt");
        var mixture = Catalog.Mix([new(Set("a", 1000), 1), new(Set("b", 20), 1)], seed: 3);
        mixture.Texts("Prompt").Should().Equal(mixture.Texts("Prompt")).And.Equal(Rows(3));
        Rows(4).Should().NotEqual(Rows(3));
    }

    [Fact]
    public void EveryRowIsEquallyLikely()
    {
        var counts = new int[10];
        for (var seed = 0; seed < 500; seed++)
        {
            foreach (var prompt in Catalog.Mix([new(Set("a", 40), 1), new(Set("b", 4), 1)], seed: seed).Texts("Prompt").Where(p => p[0] == 'a'))
                counts[int.Parse(prompt[1..]) / 4]++;
        }

        // 4 of 40 rows are drawn 500 times: 2000 draws into ten bins, 200 each with a standard deviation of 13.4 at most.
        counts.Should().OnlyContain(count => count > 140 && count < 260);
    }

    [Fact]
    public void ColumnsAreThoseThatAllSetsHave()
    {
        var labelled = Catalog.LoadFromEnumerable([new Labelled("x", 1, true), new Labelled("y", 2, false)]);
        var mixture = Catalog.Mix([new(Set("a", 2), 1), new(labelled, 1)]);
        mixture.Names().Should().Equal("Prompt", "Weight");
        mixture.GetColumn<float>("Weight").Should().Equal(0, 1, 1, 2);
    }

    [Fact]
    public void SetsThatDoNotFitTogetherAreRefused()
    {
        var set = Set("a", 3);
        FluentActions.Invoking(() => Catalog.Mix([new(set, 1)])).Should().Throw<ArgumentException>().WithMessage("*two sets*1*");
        FluentActions.Invoking(() => Catalog.Mix([new(set, 1), new(Set("b", 0), 1)])).Should().Throw<ArgumentException>()
            .WithMessage("*Set 2*no row*");
        FluentActions.Invoking(() => Catalog.Mix([new(set, 1), new(Catalog.LoadFromEnumerable([new Other(1)]), 1)]))
            .Should().Throw<ArgumentException>().WithMessage("*'Prompt'*Int32*");
        FluentActions.Invoking(() => Catalog.Mix([new(set, 999), new(set, 1)])).Should().Throw<ArgumentException>().WithMessage("*none of set 2*");
        FluentActions.Invoking(() => new WeightedSet(set, 0)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Weight is 0*");
    }

    [Fact]
    public void OneRowOfASetIsInMemoryAtATime()
    {
        var read = 0;
        IEnumerable<Row> Endless()
        {
            for (var i = 0; i < 1_000_000; i++)
            {
                read++;
                yield return new("x", i);
            }
        }

        var view = new CountedView(Catalog.LoadFromEnumerable(Endless()), 1_000_000);
        var mixture = Catalog.Mix([new(view, 1), new(view, 1)], MixtureEpoch.EveryRow);
        using var cursor = mixture.GetRowCursor(mixture.Schema);
        for (var i = 0; i < 10; i++)
            cursor.MoveNext().Should().BeTrue();
        read.Should().Be(10);
    }

    private static IDataView Set(string name, int rows) =>
        Catalog.LoadFromEnumerable(Enumerable.Range(0, rows).Select(i => new Row($"{name}{i}", i)));

    private sealed record Row(string Prompt, float Weight);

    private sealed record Labelled(string Prompt, float Weight, bool Label);

    private sealed record Other(int Prompt);

    private sealed class CountedView(IDataView view, long rows) : IDataView
    {
        public DataViewSchema Schema => view.Schema;

        public bool CanShuffle => false;

        public long? GetRowCount() => rows;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
            view.GetRowCursor(columnsNeeded, rand);

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];
    }
}
