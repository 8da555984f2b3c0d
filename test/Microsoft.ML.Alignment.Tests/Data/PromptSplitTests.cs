using Microsoft.ML.Alignment.Data.Splitting;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Data;

public sealed class PromptSplitTests
{
    private static readonly AlignmentDataCatalog Catalog = DataViewExtensions.Catalog();

    [Fact]
    public void NoPromptStandsOnBothSidesAndNoRowIsLost()
    {
        var random = new Random(3);
        Row[] rows = [.. Enumerable.Range(0, 500).Select(i => new Row($"prompt {random.Next(120)}", $"answer {i}"))];
        var split = Catalog.TrainTestSplit(Catalog.LoadFromEnumerable(rows), 0.2, seed: 7);
        var (train, test) = (split.TrainSet.Texts("Prompt"), split.TestSet.Texts("Prompt"));
        train.Intersect(test).Should().BeEmpty();
        split.TrainSet.Texts("Completion").Concat(split.TestSet.Texts("Completion")).Should().BeEquivalentTo(rows.Select(r => r.Completion));
        test.Length.Should().BeInRange(95, 100, "groups of a few rows fill 100 rows nearly");
        split.TestSet.GetRowCount().Should().Be(test.Length);
        split.TrainSet.GetRowCount().Should().Be(train.Length);
    }

    [Theory]
    [InlineData(0.1, 20)]
    [InlineData(0.125, 25)]
    [InlineData(0.001, 1)]
    [InlineData(0.999, 199)]
    public void TheShareIsExactWherePromptsDiffer(double fraction, int testRows)
    {
        var split = Catalog.TrainTestSplit(Catalog.LoadFromEnumerable(Enumerable.Range(0, 200).Select(i => new Row($"p{i}", "c"))), fraction);
        split.TestSet.Texts("Prompt").Should().HaveCount(testRows);
        split.TrainSet.Texts("Prompt").Should().HaveCount(200 - testRows);
    }

    [Fact]
    public void TheSeedFixesTheSplit()
    {
        var data = Catalog.LoadFromEnumerable(Enumerable.Range(0, 50).Select(i => new Row($"p{i}", "c")));
        string[] Test(int seed) => Catalog.TrainTestSplit(data, 0.3, seed).TestSet.Texts("Prompt");
        Test(1).Should().Equal(Test(1)).And.OnlyHaveUniqueItems();
        Test(2).Should().NotEqual(Test(1));
    }

    [Fact]
    public void WhiteSpaceMakesNoOtherPrompt()
    {
        var rows = Enumerable.Range(0, 60).SelectMany(i => (Row[])[new($"say {i}", "a"), new($"  say\n {i} ", "b")]);
        var split = Catalog.TrainTestSplit(Catalog.LoadFromEnumerable(rows), 0.5);
        int[] Numbers(IDataView view) => [.. view.Texts("Prompt").Select(p => int.Parse(p.Trim()["say".Length..])).Distinct()];
        Numbers(split.TrainSet).Should().HaveCount(30);
        Numbers(split.TestSet).Should().HaveCount(30).And.NotIntersectWith(Numbers(split.TrainSet));
    }

    [Fact]
    public void ConversationsAreEqualWhereTheirMessagesAre()
    {
        using var files = new TestFiles();
        var path = files.Write("""
            {"prompt": [{"role": "user", "content": "Hi"}], "completion": [{"role": "assistant", "content": "a"}]}
            {"prompt": [{"content":"Hi","role":"user"}], "completion": [{"role": "assistant", "content": "b"}]}
            {"prompt": [{"role": "system", "content": "Hi"}], "completion": [{"role": "assistant", "content": "c"}]}
            """);
        var groups = new PromptGroups(Catalog.LoadJsonLines(path), "Prompt");
        var prompts = Catalog.LoadJsonLines(path).Texts("Prompt").Select(p => groups.Of(p.AsMemory())).ToArray();
        prompts[1].Should().Be(prompts[0]);
        prompts[2].Should().NotBe(prompts[0]);
    }

    [Fact]
    public void OneBigPromptStaysWhole()
    {
        Dictionary<ulong, long> sizes = new() { [1] = 1000, [2] = 3, [3] = 1 };
        PromptSplit.Choose(sizes, 0.1, seed: 1).Should().BeEquivalentTo([2UL, 3UL], "1000 rows are too many for a tenth of 1004");
        PromptSplit.Choose(new() { [1] = 10, [2] = 11 }, 0.1, seed: 1).Should().Equal([1UL], "no group fits, the smallest is taken");
    }

    [Fact]
    public void WhatCannotBeSplitIsRefused()
    {
        var one = Catalog.LoadFromEnumerable([new Row("p", "a"), new Row(" p ", "b")]);
        FluentActions.Invoking(() => Catalog.TrainTestSplit(one)).Should().Throw<InvalidDataException>().WithMessage("*1 different prompts*");
        FluentActions.Invoking(() => Catalog.TrainTestSplit(one, 1)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*between 0 and 1*");
        FluentActions.Invoking(() => Catalog.TrainTestSplit(one, promptColumnName: "Question")).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*'Question'*'Prompt', 'Completion'*");
    }

    [Fact]
    public void MLNetReadsTheSidesAsAnyView()
    {
        var ml = new MLContext(1);
        var rows = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 30).Select(i => new PairRow { Prompt = $"p{i}", Chosen = $"c{i}" }));
        var split = ml.Alignment().Data.TrainTestSplit(rows, 0.2);
        ml.Data.CreateEnumerable<PairRow>(split.TestSet, reuseRowObject: false)
            .Should().HaveCount(6).And.OnlyContain(r => r.Prompt.Substring(1) == r.Chosen.Substring(1));
        ml.Data.Cache(split.TrainSet).GetColumn<string>("Chosen").Should().HaveCount(24);
        ml.Data.TakeRows(ml.Data.ShuffleRows(split.TrainSet, 1), 100).GetColumn<string>("Chosen").Should().HaveCount(24);
    }

    private sealed record Row(string Prompt, string Completion);
}
