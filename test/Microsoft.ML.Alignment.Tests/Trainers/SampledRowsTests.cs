using System.Text.Json;
using Microsoft.ML.Alignment.Checkpoints;

namespace Microsoft.ML.Alignment.Tests.Trainers;

/// <summary>What a policy says while it is trained on what it says is kept beside the metrics.</summary>
public sealed class SampledRowsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Grpo", false)]
    [InlineData("Rloo", true)]
    [InlineData("OnlineDpo", true)]
    [InlineData("Ppo", true)]
    public void AFewCompletionsOfEachStepAreKeptWithRewardAndDivergenceAndShown(string method, bool hasReference)
    {
        var progress = new ProgressList();
        using var fitted = OnPolicyRun.Fit(method, Run("run") with { Progress = progress, SampledRowsPerStep = 3 });

        var rows = Rows("run", method);
        // Rounds are trained on twice: the steps of the second pass have the completions of the first.
        rows.Select(Step).Distinct().Should().Equal(1, 2, 5, 7, 8);
        foreach (var step in rows.GroupBy(Step))
            step.Select(row => row.GetProperty("reward").GetDouble()).Should().HaveCountLessThanOrEqualTo(3).And.BeInDescendingOrder();
        rows.Should().OnlyContain(row => row.GetProperty("prompt").GetString()!.Length > 0 && row.GetProperty("tokens").GetInt32() > 0);
        rows.Should().OnlyContain(row => (row.GetProperty("kl").ValueKind == JsonValueKind.Number) == hasReference);
        if (hasReference)
        {
            Divergences(rows, step: 1).Should().OnlyContain(kl => Math.Abs(kl) < 1e-5, "the policy is its reference still");
            Divergences(rows, step: 5).Should().Contain(kl => Math.Abs(kl) > 1e-3, "it has moved");
        }

        File.ReadAllText(_folder["run/report.html"]).Should().Contain("What the policy wrote").And.Contain("class=\"sortable\"");
    }

    [Fact]
    public void WhereAllAreKeptTheirMeansAreThoseOfTheMetrics()
    {
        var progress = new ProgressList();
        using var fitted = OnPolicyRun.Fit("Ppo", Run("run") with { Progress = progress, SampledRowsPerStep = 100 });

        var first = progress.Reports.First(report => report.Stage == "Ppo").Metrics;
        var later = progress.Reports.First(report => report is { Stage: "Ppo", Step: 7 }).Metrics;
        var rows = Rows("run", "Ppo");
        rows.Where(row => Step(row) is 1 or 2).Average(row => row.GetProperty("reward").GetDouble()).Should().BeApproximately(first["reward"], 1e-9);
        Divergences(rows, step: 7).Concat(Divergences(rows, step: 8)).Average().Should().BeApproximately(later["objective/kl"], 1e-9).And.NotBe(0);
    }

    [Theory]
    [InlineData("Grpo", 1)]
    [InlineData("OnlineDpo", 1)]
    [InlineData("Ppo", 1)]
    [InlineData("Ppo", 5)]
    public void ARunThatStopsWithinARoundHasTheFileOfAnUndisturbedOne(string method, int step)
    {
        using (OnPolicyRun.Fit(method, Run("whole")))
        using (var source = new CancellationTokenSource())
        {
            var stop = new ProgressList(report => { if (report.Stage == method && report.Step == step) source.Cancel(); });
            FluentActions.Invoking(() => OnPolicyRun.Fit(method, Run("cut") with { Progress = stop, CancellationToken = source.Token }))
                .Should().Throw<TrainingCanceledException>();
            File.AppendAllText(FileOf("cut", method), """{"step":2,"prompt":"killed in the midst of""");
        }

        using var resumed = OnPolicyRun.Fit(method, Run("cut") with { Resume = true });

        foreach (var name in new[] { "completions.jsonl", "metrics.jsonl" })
            File.ReadAllText(FileOf("cut", method, name)).Should().Be(File.ReadAllText(FileOf("whole", method, name)), name);
    }

    [Fact]
    public void TrainingDoesNotNoticeHowManyAreKept()
    {
        string Hash(AlignmentRun run)
        {
            using var fitted = OnPolicyRun.Fit("OnlineDpo", run);
            return ContentHash.Of(fitted.LastTransformer.Model);
        }

        var none = Hash(Run("none") with { SampledRowsPerStep = 0 });

        File.Exists(FileOf("none", "OnlineDpo")).Should().BeFalse();
        Hash(Run("some") with { SampledRowsPerStep = 5 }).Should().Be(none);
        Hash(new()).Should().Be(none);
    }

    [Fact]
    public void EachOfSeveralRewardsIsKept()
    {
        var options = OnPolicyRun.Rloo with
        {
            Rewards = [OnPolicyRun.SaysE, RewardFunction.Of("true", (_, completion) => completion.Length)],
            RewardWeights = [1, 0],
            Training = OnPolicyRun.Rloo.Training with { MaxSteps = 1 },
        };
        using var fitted = OnPolicyRun.Fit(options, Run("run"));

        foreach (var row in Rows("run", "Rloo"))
        {
            row.GetProperty("rewards").GetProperty("e").GetDouble().Should().Be(row.GetProperty("reward").GetDouble());
            row.GetProperty("rewards").GetProperty("true").GetDouble().Should().Be(row.GetProperty("completion").GetString()!.Length);
        }
    }

    [Fact]
    public void FewerThanNoneAreRefused() =>
        FluentActions.Invoking(() => new AlignmentRun { SampledRowsPerStep = -1 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*SampledRowsPerStep*");

    private static int Step(JsonElement row) => row.GetProperty("step").GetInt32();

    private static IEnumerable<double> Divergences(IEnumerable<JsonElement> rows, int step) =>
        rows.Where(row => Step(row) == step).Select(row => row.GetProperty("kl").GetDouble());

    private AlignmentRun Run(string name) => new() { WorkspacePath = _folder[name] };

    private string FileOf(string run, string method, string name = "completions.jsonl") =>
        Path.Combine(Directory.GetDirectories(_folder[run], $"*-{method}").Single(), name);

    private JsonElement[] Rows(string run, string method) => [.. File.ReadLines(FileOf(run, method)).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
}
