using FluentAssertions;
using Samples.Verbs;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class DrillTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IReadOnlyList<Verb> _verbs = Verb.LoadAll();

    [Theory]
    [InlineData("train", 53, 20)]
    [InlineData("dev", 13, 5)]
    [InlineData("test", 35, 15)]
    public void SplitsAreThoseOfTheDrill(string split, int irregular, int regular)
    {
        _verbs.Count(verb => verb.Split == split && !verb.IsRegular).Should().Be(irregular);
        _verbs.Count(verb => verb.Split == split && verb.IsRegular).Should().Be(regular);
    }

    [Fact]
    public void EveryWordingAnswersWithThePastForm()
    {
        var go = _verbs.Single(verb => verb.Name == "go");
        Rows<Row>(new Drill(_ml, [go]).Instructions).Select(row => (row.Prompt, row.Completion)).Should().Equal(
            ("What is the past tense of the verb \"go\"?", "The past tense of the verb \"go\" is \"went\"."),
            ("Give me the simple past of go.", "The simple past of go is \"went\"."),
            ("Fill in the blank with the verb \"go\": Yesterday they ___.", "Yesterday they went."));
    }

    [Fact]
    public void PreferencesSetThePastFormAgainstBothOthers()
    {
        var go = _verbs.Single(verb => verb.Name == "go");
        var pairs = Rows<PairRow>(new Drill(_ml, [go]).Preferences);
        pairs.Should().HaveCount(6).And.OnlyContain(pair => pair.Chosen.Contains("went") && !pair.Chosen.Contains("wented"));
        pairs.Select(pair => pair.Rejected).Should().Contain("Yesterday they goed.").And.Contain("Yesterday they wented.");
    }

    [Fact]
    public void RankingsHaveNoPairOfEqualCompletions()
    {
        var pairs = Rows<PairRow>(new Drill(_ml, _verbs).Rankings);
        pairs.Should().OnlyContain(pair => pair.Chosen != pair.Rejected);
        pairs.Select(pair => (pair.Prompt, pair.Chosen, pair.Rejected)).Should().OnlyHaveUniqueItems();
        pairs.Should().Contain(pair => pair.Chosen == "Yesterday they goed." && pair.Rejected == "Yesterday they wented.");
    }

    [Fact]
    public void NeighboursHaveEachFormAgainstTheNextAndNoPairOfEqualCompletions()
    {
        var go = _verbs.Single(verb => verb.Name == "go");
        Rows<PairRow>(new Drill(_ml, [go]).Neighbours).Select(pair => (pair.Chosen, pair.Rejected)).Should().HaveCount(6)
            .And.Contain(("Yesterday they went.", "Yesterday they goed.")).And.Contain(("Yesterday they goed.", "Yesterday they wented."));
        Rows<PairRow>(new Drill(_ml, _verbs).Neighbours).Should().OnlyContain(pair => pair.Chosen != pair.Rejected);
    }

    private List<T> Rows<T>(IDataView view)
        where T : class, new() => [.. _ml.Data.CreateEnumerable<T>(view, reuseRowObject: false)];

    private sealed class Row
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";
    }

    private sealed class PairRow
    {
        public string Prompt { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";
    }
}
