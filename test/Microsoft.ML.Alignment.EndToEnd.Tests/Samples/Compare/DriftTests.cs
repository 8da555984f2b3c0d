using FluentAssertions;
using Samples.Compare;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples.Compare;

public sealed class DriftTests
{
    [Fact]
    public void SentencesSayWhatTheRowsSay()
    {
        var lines = Drift.Describe(Rows(orpoKl: 3, dpoKl: 0.4));
        lines[0].Should().Contain("3.000 nats").And.Contain("0.400 nats").And.Contain("-5.00").And.Contain("+0.25");
        lines[1].Should().Contain("7.5 times as far");
        lines[2].Should().StartWith("What is the past tense of the verb");
        lines.Skip(3).Should().HaveCount(3).And.Contain(line => line.EndsWith(ComparedMethods.OrpoAloneTitle));
    }

    [Fact]
    public void NothingIsClaimedThatTheNumbersDoNotSay() => Drift.Describe(Rows(orpoKl: 0.3, dpoKl: 0.4))[1].Should().Contain("does not drift further");

    [Fact]
    public void WithoutBothRowsThereIsNothingToSay() =>
        Drift.Describe(MedianRow.Of([Runs.Of(ComparedMethods.SftTitle, 1), Runs.Of(ComparedMethods.DpoAloneTitle, 1)])).Should().BeEmpty();

    private static IReadOnlyList<MedianRow> Rows(double orpoKl, double dpoKl) => MedianRow.Of(
    [
        Runs.Of(ComparedMethods.SftTitle, 1),
        Runs.Of(ComparedMethods.DpoAloneTitle, 1, kl: dpoKl, change: 0.25),
        Runs.Of(ComparedMethods.OrpoAloneTitle, 1, kl: orpoKl, change: -5),
    ]);
}
