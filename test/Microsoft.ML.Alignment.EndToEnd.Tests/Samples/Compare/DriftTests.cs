using FluentAssertions;
using Samples.Compare;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Compare;

public sealed class DriftTests
{
    private static readonly string Free = ComparedMethods.FreeTitles[0];

    [Fact]
    public void LinesSayWhatTheRowsSay()
    {
        var lines = Drift.Describe(Rows(freeKl: 3, heldKl: 0.4));
        lines[1].Should().Contain("0.400 nats").And.Contain("+0.25");
        lines[2].Should().StartWith($"  {Free}").And.Contain("3.000 nats").And.Contain("-5.00").And.EndWith("7.5 times as far.");
        lines[3].Should().StartWith("  What is the past tense of the verb");
        lines.Skip(4).Should().HaveCount(3).And.Contain(line => line.EndsWith($": {Free}"));
    }

    [Fact]
    public void NothingIsClaimedThatTheNumbersDoNotSay() =>
        Drift.Describe(Rows(freeKl: 0.3, heldKl: 0.4))[2].Should().EndWith("no further.");

    [Fact]
    public void WithoutBothKindsThereIsNothingToSay() =>
        Drift.Describe(ResultRow.Of([Runs.Of(ComparedMethods.SftTitle, 1), Runs.Of(ComparedMethods.HeldTitle, 1)])).Should().BeEmpty();

    private static IReadOnlyList<ResultRow> Rows(double freeKl, double heldKl) => ResultRow.Of(
    [
        Runs.Of(ComparedMethods.SftTitle, 1),
        Runs.Of(ComparedMethods.HeldTitle, 1, kl: heldKl, change: 0.25),
        Runs.Of(Free, 1, kl: freeKl, change: -5),
    ]);
}
