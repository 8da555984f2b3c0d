using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.ML.Alignment.Tests.Judging;

namespace Microsoft.ML.Alignment.Tests.Feedback;

/// <summary>A stage of feedback tells the run how far it is.</summary>
public sealed class FeedbackProgressTests : IDisposable
{
    private const int Rows = 12;

    private static readonly FeedbackLimits Priced = new() { InputPricePerMillion = 10, OutputPricePerMillion = 100, MaxRetries = 0, MaxFailuresInARow = 99 };

    private readonly TemporaryFolder _folder = new();
    private readonly ProgressList _progress = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EachRowIsReportedOnceWithWhatWasAskedAndWhatItCost()
    {
        var client = ScriptedClient.Judging((a, _) => a == "good" ? "A" : "B");
        Fit(feedback => feedback.JudgePreferences(new ChatJudge(client), new() { Limits = Priced }), resume: false);

        _progress.Reports.Select(report => (report.Stage, report.Step, report.TotalSteps))
            .Should().Equal(Enumerable.Range(1, Rows).Select(row => ("JudgePreferences", row, Rows)));
        _progress.Reports.Select(report => report.Feedback!.Requests.Asked).Should().BeInAscendingOrder();
        var last = _progress.Reports[^1];
        last.Feedback!.ToString().Should().Be("12 of 12 rows, 24 asked, 0 from the journal, 0 without an answer, cost 0.048");
        (last.Feedback.Usage, last.Feedback.Cost).Should().Be((new FeedbackUsage(24, 2400, 240), 0.048));
        last.Metrics.Should().Contain("feedback/asked", 24).And.Contain("feedback/from_journal", 0).And.Contain("feedback/abstained", 0).And.Contain("feedback/cost", 0.048);
        (last.TimeLeft, double.IsNaN(last.Loss)).Should().Be((TimeSpan.Zero, true));
    }

    [Fact]
    public void WhatTheJournalHoldsIsNotAsked()
    {
        var client = ScriptedClient.Judging((a, _) => a == "good" ? "A" : "B");
        using var source = new CancellationTokenSource();
        var stopping = new ProgressList(report => { if (report.Step == 5) source.Cancel(); });
        JudgePreferencesEstimator Stage(FeedbackCatalog feedback) => feedback.JudgePreferences(new ChatJudge(client), new() { Limits = Priced });
        var stopped = () => Stage(new MLContext().Alignment(new() { WorkspacePath = _folder["run"], Progress = stopping, CancellationToken = source.Token }).Feedback).Fit(View());
        stopped.Should().Throw<OperationCanceledException>();
        var known = client.Asked.Count;

        Fit(Stage, resume: true);

        client.Asked.Should().HaveCount(2 * Rows);
        var last = _progress.Reports[^1].Feedback!;
        (last.Requests.Asked, last.Requests.FromJournal, last.RowsDone).Should().Be(((2 * Rows) - known, known, Rows));
        known.Should().BeInRange(10, (2 * Rows) - 1);
        last.Cost.Should().Be(0.048, "what the journal holds was paid for too");
    }

    [Fact]
    public void RowsWithoutAnAnswerAreCounted()
    {
        var client = new ScriptedClient((messages, _) => messages[^1].Text switch
        {
            var text when text.Contains("p3", StringComparison.Ordinal) => throw new HttpRequestException("503"),
            var text when text.Contains("p4", StringComparison.Ordinal) => "I cannot say.",
            _ => ScriptedClient.Json("A"),
        });
        Fit(feedback => feedback.JudgePreferences(new ChatJudge(client, new() { MaxRetries = 0 }), new() { Limits = Priced }), resume: false);

        var last = _progress.Reports[^1].Feedback!;
        (last.Abstained, last.Requests.Failed).Should().Be((2, 2));
    }

    [Fact]
    public void AllStagesReport()
    {
        var writer = new ScriptedClient((messages, _) => messages[^1].Text.Contains("p3", StringComparison.Ordinal) ? "" : $"text {messages.Count}");
        Fit(feedback => feedback.SampleCompletions(writer), resume: false, "1");
        Last().Should().Be(("SampleCompletions", "12 of 12 rows, 24 asked, 0 from the journal, 1 without an answer"));
        Fit(feedback => feedback.ScoreCompletions(new RuleJudge("r", (prompt, _) => prompt == "p3" ? null : 1)), resume: false, "2");
        Last().Should().Be(("ScoreCompletions", "12 of 12 rows, 0 asked, 0 from the journal, 1 without an answer"));
        Fit(feedback => feedback.CritiqueAndRevise(writer, Constitution.IrregularVerbs), resume: false, "3");
        Last().Should().Be(("CritiqueAndRevise", "12 of 12 rows, 24 asked, 0 from the journal, 1 without an answer"));
        Fit(feedback => feedback.PairsFromModels(CompletionSource.FromClient(writer), CompletionSource.FromClient(writer)), resume: false, "4");
        Last().Should().Be(("PairsFromModels", "24 of 24 rows, 24 asked, 0 from the journal, 2 without an answer"));
        _progress.Reports.Where(report => report.Stage == "PairsFromModels").Select(report => report.TotalSteps).Distinct().Should().Equal(24);
    }

    [Fact]
    public void APolicyThatWritesReportsItsBatchesAndTheLogHasALineNowAndThen()
    {
        var (context, lines) = (new MLContext(seed: 3), new List<string>());
        context.Log += (_, entry) => lines.Add(entry.RawMessage);
        var align = context.Alignment(new() { Progress = _progress });
        var prompts = context.Data.LoadFromEnumerable(Enumerable.Range(0, 33).Select(i => new PromptRow { Prompt = $"One day {i}" }).ToArray());
        using var fitted = align.BaseModel(AlignedChain.BasePath)
            .Append(align.Feedback.SampleCompletions(new() { Generation = new() { MaxNewTokens = 1, Temperature = 1 } })).Fit(prompts);

        _progress.Reports.Select(report => report.Step).Should().Equal(32, 33);
        lines.Should().ContainMatch("SampleCompletions: 33 of 33 rows, 2 asked, *");
    }

    [Fact]
    public void LabelledPairsAreAmongTheRowsFromTheBeginning()
    {
        var people = new MLContext().Data.LoadFromEnumerable(Enumerable.Range(0, 3).Select(i => new PairRow { Prompt = $"l{i}", Chosen = "a", Rejected = "bb" }).ToArray());
        Fit(feedback => feedback.JudgePreferences(CountingRule.Shorter().Judge, labelledSet: people), resume: false);

        _progress.Reports.Select(report => (report.Step, report.TotalSteps)).Should().Equal(Enumerable.Range(1, Rows + 3).Select(row => (row, Rows + 3)));
    }

    [Fact]
    public void WhatTheListenerThrowsStopsTheStage()
    {
        var throwing = new ProgressList(_ => throw new InvalidOperationException("the window is closed"));
        var fit = () => new MLContext().Alignment(new() { Progress = throwing }).Feedback.JudgePreferences(CountingRule.Shorter().Judge).Fit(View());

        fit.Should().Throw<InvalidOperationException>().WithMessage("the window is closed");
    }

    private (string Stage, string Feedback) Last() => (_progress.Reports[^1].Stage, _progress.Reports[^1].Feedback!.ToString());

    private FeedbackTransformer Fit(Func<FeedbackCatalog, FeedbackEstimator> stage, bool resume, string run = "run") =>
        stage(new MLContext().Alignment(new() { WorkspacePath = _folder[run], Resume = resume, Progress = _progress }).Feedback).Fit(View());

    private static IDataView View() => new MLContext().Data.LoadFromEnumerable(Enumerable.Range(0, Rows).Select(i => new Row
    {
        Prompt = string.Create(CultureInfo.InvariantCulture, $"p{i}"), Completion = "good", Completion1 = "good", Completion2 = "bad",
    }).ToArray());

    private sealed class Row
    {
        public string Prompt { get; set; } = "";

        public string Completion { get; set; } = "";

        public string Completion1 { get; set; } = "";

        public string Completion2 { get; set; } = "";
    }
}
