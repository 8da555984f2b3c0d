namespace Microsoft.ML.Alignment.Tests.Losses;

public sealed class KLPenaltyTests
{
    [Theory]
    [InlineData(KLEstimator.K2)]
    [InlineData(KLEstimator.K3)]
    [InlineData(KLEstimator.WeightedK3)]
    public void OnlyK1IsTakenOffRewards(KLEstimator estimator)
    {
        var refused = () => new KLPenalty.InReward { Estimator = estimator };

        refused.Should().Throw<ArgumentOutOfRangeException>().WithMessage($"*{estimator}*drift away from the reference*InLoss*");
        new KLPenalty.InReward { Estimator = KLEstimator.K1 }.Coefficient.Should().Be(0.05);
    }

    [Fact]
    public void K1IsNoLoss()
    {
        var refused = () => new KLPenalty.InLoss { Estimator = KLEstimator.K1 };

        refused.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*teaches nothing*InReward*");
        new KLPenalty.InLoss().Estimator.Should().Be(KLEstimator.K2);
    }

    [Fact]
    public void NumbersThatMakeNoSenseAreRefused()
    {
        FluentActions.Invoking(() => new KLPenalty.InReward { Target = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Target*");
        FluentActions.Invoking(() => new KLPenalty.InReward { Horizon = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Horizon*");
        FluentActions.Invoking(() => new KLPenalty.InLoss { Coefficient = -1 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Coefficient*");
        FluentActions.Invoking(() => new PolicyLoss.Clipped { Range = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Range*");
        FluentActions.Invoking(() => new PolicyLoss.Clipped { Range = 1 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Range*");
        FluentActions.Invoking(() => new PolicyLoss.Cispo { MaxRatio = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*MaxRatio*");
    }
}
