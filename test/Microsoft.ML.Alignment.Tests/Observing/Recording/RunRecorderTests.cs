using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.Alignment.Adapters;
using Microsoft.ML.Alignment.Training;
using Microsoft.ML.Alignment.Observing.Recording;

namespace Microsoft.ML.Alignment.Tests.Observing.Recording;

public sealed class RunRecorderTests : IDisposable
{
    private const int Steps = 6;

    private readonly TemporaryFolder _workspace = new();
    private readonly LanguageModel _model = TestModels.Tiny();
    private readonly List<string> _log = [];

    public void Dispose()
    {
        _model.Dispose();
        _workspace.Dispose();
    }

    [Fact]
    public void AStageLeavesItsHistoryAndTheReport()
    {
        Run("1-sft");

        File.ReadLines(_workspace["1-sft/metrics.jsonl"]).Should().HaveCount(Steps + 4).And.HaveElementAt(2,
            """{"step":2,"loss":0.5,"grad_norm":3,"learning_rate":0.001,"num_tokens":21,"mean_token_accuracy":0.75}""");
        File.ReadLines(_workspace["1-sft/metrics.jsonl"]).First().Should().Be(
            """{"step":0,"eval_loss":1,"eval_completions/mean_length":3.5,"eval_completions/clipped_ratio":0.5}""");
        File.ReadLines(_workspace["1-sft/samples.jsonl"]).First().Should().Be(
            """{"step":0,"prompt":"go","answer":"goed <0>","tokens":4,"ended":true}""");
        File.ReadLines(_workspace["1-sft/completions.jsonl"]).Should().HaveCount(2 * Steps).And.StartWith([
            """{"step":1,"prompt":"go","completion":"<went>","reward":0.5,"kl":0.25,"tokens":3,"ended":true,"rewards":{"rule":1,"length":null}}""",
            """{"step":1,"prompt":"go","completion":"","reward":null,"kl":null,"tokens":1,"ended":false}"""]);
        Directory.GetFiles(_workspace["1-sft"], "events.out.tfevents.*").Should().ContainSingle();
        File.ReadAllText(_workspace["report.html"]).Should().Contain("Sft").And.Contain("goed &lt;0&gt;").And.Contain("completed, 6 of 6 steps")
            .And.Contain("training.batchSize").And.Contain("sftOption");
        Directory.GetFiles(_workspace.Path, "*.tmp", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public void TheReportHasAllStagesInTheirOrder()
    {
        Run("2-dpo", stage: "Dpo");
        Run("10-sft", stage: "Late");
        Run("1-sft");

        var page = File.ReadAllText(_workspace["report.html"]);

        new[] { "1 · Sft", "2 · Dpo", "3 · Late" }.Select(heading => page.IndexOf(heading, StringComparison.Ordinal)).Should().BeInAscendingOrder().And.NotContain(-1);
    }

    [Fact]
    public void AnInterruptedStageEndsWithTheFilesOfAnUndisturbedOne()
    {
        Run("1-whole");
        Run("2-cut", to: 5); // its checkpoint was at step 4
        File.AppendAllText(_workspace["2-cut/completions.jsonl"], """{"step":6,"prompt":"killed in""");
        Run("2-cut", resumed: 4);

        foreach (var file in new[] { "metrics.jsonl", "samples.jsonl", "completions.jsonl" })
            File.ReadAllText(_workspace[$"2-cut/{file}"]).Should().Be(File.ReadAllText(_workspace[$"1-whole/{file}"]), file);
    }

    [Fact]
    public void ADisturbedStageSaysHowItEnded()
    {
        Run("1-sft", to: 3, end: StageEndReason.Diverged);

        File.ReadAllText(_workspace["report.html"]).Should().Contain("diverged, 3 of 6 steps");
    }

    [Fact]
    public void SpeedIsInTheReportAndNotInTheHistory()
    {
        Run("1-sft");

        File.ReadAllText(_workspace["1-sft/metrics.jsonl"]).Should().NotContain("tokens_per_second");
        File.ReadAllText(_workspace["report.html"]).Should().Contain("<dt>tokens/s trained</dt><dd>1234</dd>").And.Contain("<dt>tokens/s sampled</dt><dd>56.78</dd>");
    }

    [Fact]
    public void AdviceIsToldOnceAndKeptInMetrics()
    {
        Run("1-sft", data: Data(examples: 50, duplicates: 5));

        _log.Where(line => line.Contains("health", StringComparison.Ordinal)).Should().ContainSingle().Which.Should()
            .Match("Sft after step 0, health: 5 of 50 rows (10.0*) are repetitions of others.*Remove them*");
        using var first = JsonDocument.Parse(File.ReadLines(_workspace["1-sft/metrics.jsonl"]).First());
        first.RootElement.GetProperty("eval_health/duplicates").GetDouble().Should().Be(0.1);
    }

    [Fact]
    public void AnAdapterThatStaysZeroIsNoticed()
    {
        var adapter = LoraAdapter.Create(_model, new() { Rank = 2 }, "sft", seed: 1);
        using var policy = _model.With([adapter], null);

        Run("1-sft", policy: policy);

        _log.Should().Contain(line => line.Contains("B are still 0", StringComparison.Ordinal));
    }

    [Fact]
    public void WithoutAWorkspaceNothingIsWrittenAndAnswersAreShown()
    {
        Run(null);

        Directory.EnumerateFileSystemEntries(_workspace.Path).Should().BeEmpty();
        _log.Should().Contain("Sft after step 0: \"go\" -> \"goed <0>\"").And.Contain("Sft after step 0: \"buy\" -> \"buyed⏎ on\" (not ended)");
    }

    [Fact]
    public void TheApplicationsLogHasEverythingWithItsValues()
    {
        var logger = new ListLogger();

        Run("1-sft", logger: logger, data: Data(examples: 10, duplicates: 1));

        logger.Entries.Should().Contain("Information Sft step 1/6: loss 1, grad_norm 3, learning_rate 0.001")
            .And.Contain("Debug Sft step 2/6: loss 0.5, grad_norm 3, learning_rate 0.001")
            .And.Contain("Information Sft completed after 6 steps");
        logger.Entries.Should().ContainSingle(entry => entry.StartsWith("Warning Sft after step 0, health duplicates 0.1", StringComparison.Ordinal));
    }

    private void Run(
        string? folder, string stage = "Sft", int to = Steps, int? resumed = null, StageEndReason end = StageEndReason.Completed,
        StageData data = default, ILogger? logger = null, LanguageModel? policy = null)
    {
        var recorder = new RunRecorder(new(_log.Add, logger ?? NullLogger.Instance), TimeProvider.System);
        recorder.Started(new(stage, policy ?? _model, new TrainingOptions().Resolve(new(1e-3, 1), seed: 0), Steps)
        {
            Folder = folder is null ? null : _workspace[folder],
            ResumedStep = resumed,
            Options = JsonSerializer.SerializeToElement(new { sftOption = 1 }),
            Data = data,
        });
        if (resumed is null)
            recorder.Evaluated(EvaluationAt(0));
        for (var step = (resumed ?? 0) + 1; step <= to; step++)
        {
            recorder.Stepped(new(stage, step, Steps, 1.0 / step, 1e-3, 3, 100, TimeSpan.Zero, 0, new Dictionary<string, double> { ["mean_token_accuracy"] = 0.75, ["training/tokens_per_second"] = 1234 })
            {
                Tokens = 10 + step - 1,
                TrainedTokensPerSecond = 1234,
                SampledTokensPerSecond = 56.78,
            });
            recorder.Sampled(step, [
                new("go", "<went>") { Reward = 0.5, Divergence = 0.25, Tokens = 3, Ended = true, Rewards = new Dictionary<string, double?> { ["rule"] = 1, ["length"] = null } },
                new("go", "") { Divergence = double.NaN, Tokens = 1 }]);
            if (step % 2 == 0)
                recorder.Evaluated(EvaluationAt(step));
        }

        recorder.Ended(new(end, to));
    }

    private static StageData Data(int examples, int duplicates) => new(examples, 3)
    {
        Summary = new()
        {
            Stage = "Sft",
            Options = "",
            TrainableParameters = 1,
            TotalParameters = 2,
            Memory = new(1, 2, 3),
            Data = new()
            {
                Rows = examples, Used = examples, Skipped = new Dictionary<string, long>(), MaxLength = 9, Truncated = 0, PromptTokens = new(1, 2, 3, 4, 5, 2.5),
                Duplicates = duplicates, Conflicts = 0, Confounds = [],
            },
        },
    };

    private static StageEvaluation EvaluationAt(int step) => new(step, new Dictionary<string, double> { ["eval_loss"] = 1.0 / (step + 1) },
    [
        new("go", $"goed <{step}>") { Tokens = 4, Ended = true },
        new("buy", "buyed\n on") { Tokens = 3, Ended = false },
    ]);

    private sealed class ListLogger : ILogger
    {
        public List<string> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add($"{logLevel} {formatter(state, exception)}");
    }
}
