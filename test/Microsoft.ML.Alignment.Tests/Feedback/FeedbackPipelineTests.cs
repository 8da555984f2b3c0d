using Microsoft.ML.Alignment.Tests.Judging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Alignment.Tests.Feedback;

/// <summary>Base model, samples, a judge's pairs, DPO: one pipeline, fitted, saved and loaded.</summary>
public sealed class FeedbackPipelineTests
{
    private static readonly GenerationOptions FewTokens = new() { MaxNewTokens = 4, Temperature = 1.5, Seed = 2 };

    private readonly MLContext _context = new(seed: 7);
    private readonly CountingRule _shorter = CountingRule.Shorter();

    [Fact]
    public void OneFitSamplesJudgesAndTrainsAndASavedPipelineNeedsNobody()
    {
        using var folder = new TemporaryFolder();
        var prompts = Prompts(_context);
        using var fitted = Pipeline(_context, _shorter.Judge).Fit(prompts);
        var asked = _shorter.Asked;
        asked.Should().BeGreaterThan(4);
        fitted.LastTransformer.Model.AdapterNames.Should().Equal("dpo");
        var answers = Answers(fitted.Transform(prompts));
        fitted.Transform(prompts).GetColumn<float>("ImplicitRewardMargin").Should().Contain(margin => margin != 0, "it was trained on these pairs");
        _context.Model.Save(fitted, prompts.Schema, folder["aligned.zip"]);

        var fresh = new MLContext();
        using var loaded = (TransformerChain<ITransformer>)fresh.Model.Load(folder["aligned.zip"], out _);
        Answers(loaded.Transform(Prompts(fresh))).Should().Equal(AllAnswers(fitted));
        loaded.Transform(Prompts(fresh)).Schema.Select(column => column.Name).Should().NotContain(["Completion1", "Chosen", "ImplicitRewardMargin"]);
        loaded.OfType<FeedbackTransformer>().Select(stage => (stage.Method, stage.RowCount)).Should().Equal(("SampleCompletions", 0), ("JudgePreferences", 0));
        answers.Should().BeSubsetOf(AllAnswers(fitted));
        _shorter.Asked.Should().Be(asked);
    }

    [Fact]
    public void SamplesAreAFunctionOfSeedAndPromptAndDifferFromEachOther()
    {
        var align = _context.Alignment();
        var pipeline = align.BaseModel(AlignedChain.BasePath).Append(align.Feedback.SampleCompletions(new() { Count = 3, Generation = FewTokens }));
        using var fitted = pipeline.Fit(Prompts(_context));
        using var alone = pipeline.Fit(_context.Data.TakeRows(Prompts(_context), 2));
        var (all, two) = (Samples(fitted.Transform(Prompts(_context))), Samples(alone.Transform(_context.Data.TakeRows(Prompts(_context), 2))));
        all.Take(2).Should().BeEquivalentTo(two, options => options.WithStrictOrdering());
        all.SelectMany(row => row).Distinct().Should().HaveCountGreaterThan(10);
    }

    [Fact]
    public void ASampleMayComeFromAChatClient()
    {
        var client = new ScriptedClient((messages, options) => $"{messages[^1].Text}:{options!.Seed}:{options.MaxOutputTokens}");
        var stage = _context.Alignment().Feedback.SampleCompletions(client, new() { Generation = FewTokens });
        var view = _context.Data.LoadFromEnumerable([new PromptRow { Prompt = "p" }, new PromptRow { Prompt = "p" }]);
        var fitted = stage.Fit(view);
        fitted.Transform(view).GetColumn<string>("Completion2").Should().Equal("p:3:4", "p:3:4");
        client.Asked.Should().HaveCount(2, "equal rows are worked on once");
    }

    [Fact]
    public void WithoutAPolicyTheStageIsRefusedBeforeAnythingIsFitted()
    {
        var fit = () => _context.Alignment().Feedback.SampleCompletions().Fit(Prompts(_context));
        fit.Should().Throw<ArgumentException>().WithMessage("SampleCompletions has no model to start from*BaseModel(path)*");
        var make = () => _context.Alignment().Feedback.SampleCompletions(new SampleCompletionsEstimator.Options { Generation = new() });
        make.Should().Throw<ArgumentException>().WithMessage("*2 completions a prompt with temperature 0*");
    }

    [Fact]
    public void ARunThatFailedGoesOnAndAsksNothingTwice()
    {
        using var folder = new TemporaryFolder();
        var rows = Enumerable.Range(0, 6).Select(index => new CandidateRow { Prompt = $"p{index}", Completion1 = "a", Completion2 = "bb" }).ToArray();
        var (asked, fails) = (new List<string>(), true);
        var client = new ScriptedClient((messages, _) =>
        {
            if (fails && asked.Count == 7)
                throw new InvalidOperationException("cut off");
            asked.Add(messages[^1].Text);
            return ScriptedClient.Json(ScriptedClient.Shown(messages, "response A") == "a" ? "A" : "B");
        });
        var options = new JudgePreferencesEstimator.Options { Limits = new() { MaxConcurrency = 1, MaxRetries = 0, MaxFailuresInARow = 1 } };
        FeedbackTransformer Fit(MLContext context, bool resume) => context.Alignment(new() { WorkspacePath = folder["run"], Resume = resume })
            .Feedback.JudgePreferences(new ChatJudge(client), options).Fit(context.Data.LoadFromEnumerable(rows));
        var fit = () => Fit(_context, resume: false);
        fit.Should().Throw<FeedbackFailedException>().WithMessage("*cut off*");
        fails = false;
        var view = Fit(new(), resume: true).Transform(_context.Data.LoadFromEnumerable(rows));
        view.GetColumn<string>("Chosen").Should().HaveCount(6).And.OnlyContain(text => text == "a");
        asked.Should().HaveCount(12).And.OnlyHaveUniqueItems("six questions in two orders");
    }

    [Fact]
    public void EveryStageOfAChainHasAPlaceOfItsOwnInTheWorkspaceAndAPersonWhoStoppedIsAskedWhatIsLeft()
    {
        using var folder = new TemporaryFolder();
        void Fit(string keys, StringWriter shown)
        {
            var judge = new HumanJudge("ann", new StringReader(keys), shown);
            using var fitted = Pipeline(new(seed: 7), judge, new() { WorkspacePath = folder["run"], Resume = true }).Fit(Prompts(_context));
        }

        var (first, second) = (new StringWriter(), new StringWriter());
        var stopped = () => Fit("1\n2\nq\n", first);
        stopped.Should().Throw<FeedbackStoppedException>();
        Fit(string.Concat(Enumerable.Repeat("1\n", 100)), second);
        Directory.GetDirectories(folder["run"]).Select(Path.GetFileName).Order().Should().Equal("1-SampleCompletions", "2-JudgePreferences", "3-Dpo");
        string[] Asked(StringWriter shown) => [.. shown.ToString().Split("Prompt: ").Skip(1).Select(text => text.Split("Which is better?")[0].Trim())];
        Asked(first).Should().HaveCount(3);
        Asked(second).Should().Contain(Asked(first)[2]).And.NotIntersectWith(Asked(first).Take(2));
    }

    private static EstimatorChain<PolicyTransformer> Pipeline(MLContext context, IPreferenceJudge judge, AlignmentRun? run = null)
    {
        var align = context.Alignment(run ?? new());
        return align.BaseModel(AlignedChain.BasePath)
            .Append(align.Feedback.SampleCompletions(new() { Generation = FewTokens }))
            .Append(align.Feedback.JudgePreferences(judge))
            .Append(align.Trainers.Dpo(AlignedChain.DpoOptions));
    }

    private static IDataView Prompts(MLContext context) =>
        context.Data.LoadFromEnumerable(AlignedChain.Rows.Select(row => new PromptRow { Prompt = row.Prompt }).ToArray());

    private static string[] Answers(IDataView view) => [.. view.GetColumn<string>("GeneratedCompletion")];

    private static string[] AllAnswers(TransformerChain<PolicyTransformer> fitted) => Answers(fitted.LastTransformer.Transform(Prompts(new())));

    private static string[][] Samples(IDataView view)
    {
        string[][] columns = [.. Enumerable.Range(1, 3).Select(index => view.GetColumn<string>($"Completion{index}").ToArray())];
        return [.. Enumerable.Range(0, columns[0].Length).Select(row => columns.Select(column => column[row]).ToArray())];
    }
}
