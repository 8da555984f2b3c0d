using Microsoft.ML.Alignment.Tests.Judging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Feedback;

public sealed class OtherStagesTests
{
    private readonly MLContext _context = new(seed: 3);

    private FeedbackCatalog Feedback => _context.Alignment().Feedback;

    [Fact]
    public void ScoresAreAskedForOnceAndNaNWhereTheJudgeAbstained()
    {
        var rule = new CountingRule((_, completion) => completion == "?" ? null : completion.Length);
        var view = View(("p", "four"), ("p", "?"), ("p", "four"));
        var fitted = Feedback.ScoreCompletions(rule.Judge).Fit(view);
        fitted.Transform(view).GetColumn<float>("Score").Should().Equal(4, float.NaN, 4);
        fitted.Transform(view).GetColumn<string>("ScoreExplanation").Should().Equal("", "The rule has no opinion.", "");
        rule.Asked.Should().Be(2);
        fitted.Transform(View(("new", "four"))).GetColumn<float>("Score").Should().Equal(float.NaN);
        using var engine = _context.Model.CreatePredictionEngine<Written, Scored>(fitted);
        engine.Predict(new() { Prompt = "p", Completion = "four" }).Score.Should().Be(4, "the stage keeps the number of rows");
    }

    [Fact]
    public async Task AJudgeIsARewardOfOnPolicyMethods()
    {
        using var session = new FeedbackSession();
        var reward = RewardFunction.FromScorer(new RuleJudge("length", (_, completion) => completion == "?" ? null : completion.Length), session);
        reward.Name.Should().Be("judge");
        (await reward.ScoreAsync([new("p", "abc", RewardRow.Empty), new("p", "?", RewardRow.Empty)])).Should().Equal(3, null);
    }

    [Fact]
    public void EachRoundIsCriticisedAndRevisedByAPrinciple()
    {
        var client = new ScriptedClient((messages, _) => messages[0].Text.StartsWith("You criticise", StringComparison.Ordinal)
            ? $"too long: {ScriptedClient.Shown(messages, "response")}"
            : ScriptedClient.Shown(messages, "response")[..^1]);
        var view = View(("p", "abcd"), ("q", ""));
        var fitted = Feedback.CritiqueAndRevise(client, Constitution.HelpfulAndHarmless, new() { Rounds = 2 }).Fit(view);
        var revised = fitted.Transform(view);
        revised.GetColumn<string>("Completion").Should().Equal("ab");
        revised.GetColumn<string>("Chosen").Should().Equal("ab");
        revised.GetColumn<string>("Rejected").Should().Equal("abcd");
        revised.GetColumn<string>("Critique").Should().Equal("too long: abcd | too long: abc");
        revised.GetColumn<string>("Principles").Single().Split(", ").Should().HaveCount(2).And.BeSubsetOf(Constitution.HelpfulAndHarmless.Principles.Select(p => p.Id));
        revised.GetColumn<string>("Judge").Single().Should().StartWith("revise|scripted|");
        client.Asked.Should().HaveCount(4);
    }

    [Fact]
    public void RowsThatWereNotChangedStayForSftAndGoForPairs()
    {
        var client = new ScriptedClient((messages, _) => ScriptedClient.Shown(messages, "response"));
        var view = View(("p", "fine"));
        Feedback.CritiqueAndRevise(client, Constitution.IrregularVerbs).Fit(view).Transform(view).GetColumn<string>("Completion").Should().Equal("fine");
        Feedback.CritiqueAndRevise(client, Constitution.IrregularVerbs, new() { KeepUnchanged = false }).Fit(view).Transform(view)
            .GetColumn<string>("Completion").Should().BeEmpty();
    }

    [Fact]
    public void TheBetterModelsCompletionIsChosen()
    {
        var (strong, weak) = (new ScriptedClient((messages, _) => messages[^1].Text == "same" ? "equal" : "went"), new ScriptedClient((messages, _) => messages[^1].Text == "same" ? "equal" : "goed"));
        var view = View(("p", ""), ("same", ""));
        var pairs = Feedback.PairsFromModels(CompletionSource.FromClient(strong), CompletionSource.FromClient(weak)).Fit(view).Transform(view);
        pairs.GetColumn<string>("Chosen").Should().Equal("went");
        pairs.GetColumn<string>("Rejected").Should().Equal("goed");
    }

    [Fact]
    public void TwoModelsMakePairsToo()
    {
        using var model = _context.Alignment().LoadModel(AlignedChain.BasePath);
        var prompts = _context.Data.LoadFromEnumerable([new PromptRow { Prompt = "One day, Lily" }]);
        var (once, longer) = (CompletionSource.FromModel(model), new PairsFromModelsEstimator.Options { Generation = new() { MaxNewTokens = 3 } });
        Feedback.PairsFromModels(once, once, longer).Fit(prompts).Transform(prompts).GetColumn<string>("Chosen").Should().BeEmpty("both are the same model");
    }

    [Fact]
    public void TheJudgeIsMeasuredOnLabelsOfPeopleAndTheFiguresAreKept()
    {
        using var folder = new TemporaryFolder();
        var candidates = _context.Data.LoadFromEnumerable([new CandidateRow { Prompt = "p", Completion1 = "a", Completion2 = "bb" }]);
        var people = _context.Data.LoadFromEnumerable(Enumerable.Range(0, 8).Select(index => new PairRow
        {
            Prompt = $"p{index}", Chosen = index < 6 ? "a" : "aaa", Rejected = "bb",
        }).ToArray());
        var stage = _context.Alignment(new() { WorkspacePath = folder["run"] }).Feedback
            .JudgePreferences(CountingRule.Shorter().Judge, labelledSet: people);
        var fitted = stage.Fit(candidates);
        (fitted.Quality!.Pairs, fitted.Quality.HumanLabels, fitted.Quality.Accuracy, fitted.Quality.LongerPreferredRate).Should().Be((1, 8, 0.75, 0.0));
        File.ReadAllText(folder["run/report.html"]).Should().Contain("JudgePreferences").And.Contain("accuracy against people").And.Contain("0.750");
        _context.Model.Save(fitted, candidates.Schema, folder["stage.zip"]);
        ((FeedbackTransformer)new MLContext().Model.Load(folder["stage.zip"], out _)).Quality.Should().Be(fitted.Quality);
    }

    private IDataView View(params (string Prompt, string Completion)[] rows) =>
        _context.Data.LoadFromEnumerable(rows.Select(row => new Written { Prompt = row.Prompt, Completion = row.Completion }).ToArray());

    private sealed class Written
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";
    }

    private sealed class Scored
    {
        public float Score { get; set; }
    }
}
