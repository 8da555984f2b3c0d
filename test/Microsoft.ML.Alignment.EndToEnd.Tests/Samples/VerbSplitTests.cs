using FluentAssertions;
using Samples.Verbs;
using Xunit;

namespace Microsoft.ML.Alignment.EndToEnd.Tests.Samples;

public sealed class VerbSplitTests
{
    [Theory]
    [InlineData(1, 24)]
    [InlineData(2, 24)]
    [InlineData(3, 23)]
    public void HeldOutVerbsAreTheDevVerbsAndAFifthOfTheTrainingVerbs(int seed, int irregular)
    {
        var split = VerbSplit.HeldOut(seed);
        split.Measured.Count(verb => !verb.IsRegular).Should().Be(irregular);
        split.Measured.Count(verb => verb.IsRegular).Should().Be(9);
        (split.Train.Count + split.Measured.Count).Should().Be(91);
        split.Train.Should().OnlyContain(verb => verb.Split == "train").And.NotIntersectWith(split.Measured);
        split.Measured.Should().NotContain(verb => verb.Split == "test");
    }

    [Fact]
    public void FiveSeedsKeepEveryTrainingVerbOutOnce() =>
        Enumerable.Range(1, 5).SelectMany(seed => VerbSplit.HeldOut(seed).Measured).Where(verb => verb.Split == "train")
            .Should().OnlyHaveUniqueItems().And.HaveCount(73);
}
