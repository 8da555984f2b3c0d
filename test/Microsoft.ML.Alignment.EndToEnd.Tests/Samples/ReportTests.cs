using System.Text.Json.Nodes;
using FluentAssertions;
using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
using Samples.Story;
using Samples.Verbs;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class ReportTests
{
    [Fact]
    public void TheReportHasTheFiguresBeforeAndAfterEachStage()
    {
        using var folder = new TemporaryFolder();
        Report.Write(folder["report.json"], new VerbResult
        {
            Model = "tiny",
            Seed = 3,
            Seconds = 12.34,
            Base = Scores(right: 9),
            Sft = Scores(right: 18),
            RewardModel = new(PastOverWrong: 0.94, WrongOverDoubled: 0.91),
            Dpo = Scores(right: 20),
            PeakMemoryBytes = 5,
        });

        var report = JsonNode.Parse(File.ReadAllText(folder["report.json"]))!;
        (report["model"]!.GetValue<string>(), report["seed"]!.GetValue<int>(), report["seconds"]!.GetValue<double>()).Should().Be(("tiny", 3, 12.3));
        var test = report["test"]!;
        new[] { "before", "afterSft", "after" }.Select(stage => test[stage]!["right"]!.GetValue<int>()).Should().Equal(9, 18, 20);
        (test["after"]!["overRegularised"]!.GetValue<int>(), test["after"]!["regularRight"]!.GetValue<int>(), test["after"]!["ranked"]!.GetValue<int>())
            .Should().Be((1, 12, 26));
        report["rewardModel"]!["pastOverWrong"]!.GetValue<double>().Should().Be(0.94);
    }

    private static DrillScores Scores(int right) => new()
    {
        Verbs = 35,
        Right = right,
        OverRegularised = 1,
        RightInUnseenWording = 2,
        RegularVerbs = 15,
        RegularRight = 12,
        PrefersPast = 31,
        Ranked = 26,
        LogProbOfRight = -1.7,
        KlToReference = 0.1,
    };
}
