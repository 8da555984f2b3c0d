using System.Text.Json.Nodes;
using FluentAssertions;
using Microsoft.ML.Alignment.EndToEnd.Tests.Support;
using Samples.Compare;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Compare;

public sealed class CompareReportTests
{
    [Fact]
    public void MediansAndEveryRunOfEverySeedAreWritten()
    {
        using var folder = new TemporaryFolder();
        var path = folder["report.json"];
        MethodResult[] runs = [Runs.Of("a", 1, right: 9), Runs.Of("b", 1), Runs.Of("a", 2, right: 12), Runs.Of("b", 2)];
        CompareReport.Write(path, "tiny", ResultRow.Of(runs));
        var report = JsonNode.Parse(File.ReadAllText(path))!;
        report["model"]!.GetValue<string>().Should().Be("tiny");
        report["medians"]!.AsArray().Select(row => row!["method"]!.GetValue<string>()).Should().Equal("a", "b");
        report["medians"]![0]!["right"]!.GetValue<double>().Should().Be(10.5);
        report["runs"]!.AsArray()
            .Select(run => (run!["method"]!.GetValue<string>(), run["seed"]!.GetValue<int>(), run["right"]!.GetValue<double>()))
            .Should().BeEquivalentTo([("a", 1, 9.0), ("a", 2, 12.0), ("b", 1, 10.0), ("b", 2, 10.0)]);
        report["runs"]![0]!.AsObject().Select(property => property.Key).Should().Contain(ResultColumn.All.Select(column => column.Key));
    }
}
