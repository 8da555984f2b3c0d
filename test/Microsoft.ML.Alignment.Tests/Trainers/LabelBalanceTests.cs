using Microsoft.ML.Alignment.Objectives;
using Microsoft.ML.Alignment.Trainers;

namespace Microsoft.ML.Alignment.Tests.Trainers;

public sealed class LabelBalanceTests
{
    [Theory]
    [InlineData(8, 8, 1, 1, "1 : 1")]
    [InlineData(8, 6, 1, 1, "1.33 : 1")]
    [InlineData(3, 30, 12, 1, "1.2 : 1")]
    public void WeightsWithinTheAdvisedRangeAreLeftAlone(
        int desirable, int undesirable, double desirableWeight, double undesirableWeight, string ratio) =>
        LabelBalance.Describe(new(desirable, undesirable), new(desirableWeight, undesirableWeight))
            .Should().EndWith($"they count {ratio}, as advised.");

    /// <summary>16 : 8 is 2 : 1; 1 : 1 takes λ_D = 8/16 or λ_U = 16/8, 4 : 3 takes λ_D = 4/3 · 8/16 or λ_U = 3/4 · 16/8.</summary>
    [Fact]
    public void OthersAreToldWhichWouldDo() => LabelBalance.Describe(new(16, 8), new(1, 1)).Should().Be(
        " With weights 1 and 1 they count 2 : 1; advised is 1 : 1 to 4 : 3. "
        + "Set DesirableWeight between 0.5 and 0.667, or UndesirableWeight between 1.5 and 2.");

    [Fact]
    public void WhatIsAdvisedIsWithinTheRange()
    {
        foreach (var (desirable, undesirable) in new[] { (0.5, 1d), (0.66, 1d), (1d, 1.51), (1d, 2d) })
            LabelBalance.Describe(new(16, 8), new(desirable, undesirable)).Should().EndWith("as advised.");
    }

    [Theory]
    [InlineData(5, 0, "undesirable")]
    [InlineData(0, 5, "desirable")]
    public void OneKindAloneIsNamed(int desirable, int undesirable, string missing) =>
        LabelBalance.Describe(new(desirable, undesirable), new(1, 1)).Should().StartWith($" Without {missing} ones");
}
