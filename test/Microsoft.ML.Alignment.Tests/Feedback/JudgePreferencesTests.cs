using Microsoft.ML.Alignment.Tests.Judging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Feedback;

public sealed class JudgePreferencesTests
{
    private readonly MLContext _context = new(seed: 3);
    private readonly CountingRule _shorter = CountingRule.Shorter();

    [Fact]
    public void TheJudgesChoiceIsAskedForOnceAndReplayed()
    {
        var view = View(new() { Prompt = "p", Completion1 = "long one", Completion2 = "short" }, new() { Prompt = "q", Completion1 = "a", Completion2 = "bb" });
        var fitted = Stage().Fit(view);
        _shorter.Asked.Should().Be(4);
        for (var pass = 0; pass < 2; pass++)
            Rows(fitted.Transform(view)).Select(row => (row.Chosen, row.Rejected, row.ChosenProbability, row.Judge))
                .Should().Equal(("short", "long one", 1, "rule|counted"), ("a", "bb", 1, "rule|counted"));
        _shorter.Asked.Should().Be(4, "a cursor never asks");
        fitted.RowCount.Should().Be(2);
    }

    [Fact]
    public void WithoutCandidatesARowKeepsItsOwnPairOrIsLeftOut()
    {
        var view = View(
            new() { Prompt = "own", Chosen = "c", Rejected = "r", Id = 1 }, new() { Prompt = "nothing", Id = 2 },
            new() { Prompt = "half", Chosen = "c", Id = 3 }, new() { Prompt = "both", Completion1 = "x", Completion2 = "yy", Chosen = "c", Rejected = "r", Id = 4 });
        Rows(Stage().Fit(view).Transform(view)).Select(row => (row.Id, row.Chosen, row.Rejected, row.ChosenProbability))
            .Should().Equal((1, "c", "r", 1f), (4, "x", "yy", 1f));
    }

    [Theory]
    [InlineData(TieHandling.Drop)]
    [InlineData(TieHandling.Soft)]
    [InlineData(TieHandling.Keep)]
    public void TiesAreHandledAsAsked(TieHandling ties)
    {
        var view = View(new() { Prompt = "p", Completion1 = "aa", Completion2 = "bb", Chosen = "c", Rejected = "r" }, new() { Prompt = "q", Completion1 = "a", Completion2 = "bb" });
        var rows = Rows(Stage(new() { Ties = ties }).Fit(view).Transform(view));
        rows[^1].Chosen.Should().Be("a");
        rows[..^1].Select(row => (row.Chosen, row.Rejected, row.ChosenProbability)).Should().Equal(ties switch
        {
            TieHandling.Drop => [],
            TieHandling.Soft => [("aa", "bb", 0.5f)],
            _ => [("c", "r", float.NaN)],
        });
    }

    [Fact]
    public void EqualCandidatesAreNotJudgedAndAbstentionsAreLeftOut()
    {
        var rule = new CountingRule((prompt, completion) => prompt == "silent" ? null : -completion.Length);
        var view = View(new() { Prompt = "p", Completion1 = "same", Completion2 = "same" }, new() { Prompt = "silent", Completion1 = "a", Completion2 = "bb" });
        Rows(_context.Alignment().Feedback.JudgePreferences(rule.Judge).Fit(view).Transform(view)).Should().BeEmpty();
        rule.Asked.Should().Be(2, "equal candidates are not judged");
    }

    [Fact]
    public void OfThreeCandidatesTheBestAndTheWorstMakeThePair()
    {
        var view = View(new CandidateRow { Prompt = "p", Completion1 = "middle", Completion2 = "the longest", Completion3 = "low" });
        Rows(Stage().Fit(view).Transform(view)).Select(row => (row.Chosen, row.Rejected)).Should().Equal(("low", "the longest"));
    }

    [Fact]
    public void AllPairsMakeSeveralRowsOfOneThatKeepTheirOtherColumnsAndHaveIdsOfTheirOwn()
    {
        var rows = Enumerable.Range(0, 41).Select(id => new CandidateRow { Prompt = $"p{id}", Completion1 = "a", Completion2 = "bb", Completion3 = "ccc", Id = id }).ToArray();
        rows[7].Completion3 = "bb";
        var fitted = Stage(new() { Pairs = CandidatePairs.All }).Fit(View(rows));
        var view = fitted.Transform(View(rows));
        view.GetRowCount().Should().BeNull();
        var judged = Rows(view);
        judged.Should().HaveCount((40 * 3) + 1).And.AllSatisfy(row => row.Prompt.Should().Be($"p{row.Id}"));
        judged.Where(row => row.Id == 40).Select(row => (row.Chosen, row.Rejected)).Should().Equal(("a", "bb"), ("a", "ccc"), ("bb", "ccc"));
        view.GetColumn<int>("Id").Should().Equal(judged.Select(row => row.Id), "which rows there are does not depend on the columns that are read");
        Rows(_context.Data.Cache(view)).Should().BeEquivalentTo(judged, options => options.WithStrictOrdering());
        Rows(_context.Data.ShuffleRows(view, seed: 1)).Should().BeEquivalentTo(judged);
        Ids(view).Should().OnlyHaveUniqueItems().And.HaveCount(judged.Length);
    }

    [Fact]
    public void RowsThatItWasNotFittedOnPassWithTheirOwnColumns()
    {
        var fitted = Stage().Fit(View(new CandidateRow { Prompt = "p", Completion1 = "a", Completion2 = "bb" }));
        Rows(fitted.Transform(View(new CandidateRow { Prompt = "new", Completion1 = "a", Completion2 = "bb", Chosen = "c", Rejected = "r" })))
            .Select(row => (row.Chosen, row.Rejected)).Should().Equal(("c", "r"));
        var prompts = _context.Data.LoadFromEnumerable([new PromptRow { Prompt = "p" }]);
        fitted.Transform(prompts).GetColumn<string>("Chosen").Should().Equal("");
        using var engine = _context.Model.CreatePredictionEngine<PromptRow, PromptRow>(fitted);
        engine.Predict(new() { Prompt = "asked" }).Prompt.Should().Be("asked");
    }

    [Fact]
    public void BothVerdictsAndTheirCostStandBesideThePair()
    {
        var client = ScriptedClient.Judging((a, _) => a == "good" ? "A" : "B");
        var view = View(new CandidateRow { Prompt = "p", Completion1 = "bad", Completion2 = "good" });
        var fitted = _context.Alignment().Feedback.JudgePreferences(new ChatJudge(client)).Fit(view);
        var row = Rows(fitted.Transform(view)).Single();
        (row.Chosen, row.JudgeVerdict, row.JudgeVerdictSwapped, row.JudgeTokens).Should().Be(("good", "chosen", "chosen", 220L));
        fitted.Transform(view).GetColumn<string>("JudgeModel").Should().Equal("scripted");
        fitted.Transform(view).GetColumn<string>("JudgeRationale").Should().Equal("because | because");
    }

    [Fact]
    public void LessThanTwoCandidatesAreRefusedBeforeAnythingIsFitted()
    {
        var stage = Stage();
        var fit = () => stage.Fit(_context.Data.LoadFromEnumerable([new PromptRow()]));
        fit.Should().Throw<ArgumentException>().WithMessage("*finds 0 columns of candidates*Append SampleCompletions before it*CandidateColumnNames*");
        var absent = () => Stage(new() { CandidateColumnNames = ["Completion1", "Completion9"] }).Fit(View(new CandidateRow()));
        absent.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Completion9*");
    }

    [Fact]
    public void PairsThatThereAreAreJudgedAgain()
    {
        var view = View(new CandidateRow { Prompt = "p", Chosen = "long one", Rejected = "short" });
        Rows(Stage(new() { CandidateColumnNames = ["Chosen", "Rejected"] }).Fit(view).Transform(view)).Select(row => row.Chosen).Should().Equal("short");
    }

    private static DataViewRowId[] Ids(IDataView view)
    {
        using var cursor = view.GetRowCursor([view.Schema["Chosen"]]);
        var (get, ids) = (cursor.GetIdGetter(), new List<DataViewRowId>());
        while (cursor.MoveNext())
        {
            DataViewRowId id = default;
            get(ref id);
            ids.Add(id);
        }

        return [.. ids];
    }

    private JudgePreferencesEstimator Stage(JudgePreferencesEstimator.Options? options = null) => _context.Alignment().Feedback.JudgePreferences(_shorter.Judge, options);

    private IDataView View(params CandidateRow[] rows) => _context.Data.LoadFromEnumerable(rows);

    private JudgedRow[] Rows(IDataView view) => [.. _context.Data.CreateEnumerable<JudgedRow>(view, reuseRowObject: false)];
}
